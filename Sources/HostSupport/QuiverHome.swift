import LibC
public import SystemPackage

/// Where Quiver stores its files.
///
/// If `QUIVER_HOME` is set, everything is below it. Otherwise data is in `$XDG_DATA_HOME/quiver`
/// (`~/.local/share/quiver`), what can be made again in `$XDG_CACHE_HOME/quiver` (`~/.cache/quiver`), and sockets in
/// `$XDG_RUNTIME_DIR/quiver`, whose path is short: a socket's path holds 108 bytes on Linux and 104 on macOS.
public struct QuiverHome: Sendable, Hashable {
    /// Images, machines and keys.
    public let data: FilePath
    /// Downloads, baked images and templates: what can be made again.
    public let cache: FilePath
    /// Sockets and other files that mean nothing after a reboot.
    public let runtime: FilePath

    /// A home with everything below one directory.
    public init(root: FilePath) {
        data = root
        cache = root.appending("cache")
        runtime = root.appending("run")
    }

    private init(data: FilePath, cache: FilePath, runtime: FilePath) {
        self.data = data
        self.cache = cache
        self.runtime = runtime
    }

    /// The home given by the environment.
    public init(environment: [String: String]) {
        if let root = environment["QUIVER_HOME"], !root.isEmpty {
            self.init(root: FilePath(root).absolute)
            return
        }
        let user = FilePath(environment["HOME"] ?? "/").absolute
        func base(_ variable: String) -> FilePath? {
            // The XDG base directory rules: a relative path must be ignored.
            guard let value = environment[variable], value.hasPrefix("/") else { return nil }
            return FilePath(value)
        }
        self.init(
            data: (base("XDG_DATA_HOME") ?? user.appending(".local/share")).appending("quiver"),
            cache: (base("XDG_CACHE_HOME") ?? user.appending(".cache")).appending("quiver"),
            runtime: base("XDG_RUNTIME_DIR")?.appending("quiver") ?? FilePath("/tmp/quiver-\(getuid())"),
        )
    }

    /// The home of this process's environment.
    public static var current: Self { Self(environment: HostEnvironment.variables) }

    /// The directory of the image store.
    public var images: FilePath { data.appending("images") }
    /// The directory with a directory for each machine.
    public var machines: FilePath { data.appending("machines") }
    /// The directory of the key pairs that open guests.
    public var keys: FilePath { data.appending("keys") }
}
