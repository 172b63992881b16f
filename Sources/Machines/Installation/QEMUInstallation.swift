import HostSupport
public import SystemPackage

/// A QEMU on this host: its program for one guest architecture, and its data directories.
public struct QEMUInstallation: Hashable, Sendable {
    /// The architecture of the guests that the program runs.
    public let architecture: GuestArchitecture
    /// The program, as in `/usr/bin/qemu-system-x86_64`.
    public let program: FilePath
    /// Directories with firmware and keymaps to pass with `-L`; empty if the program finds its own.
    public let dataDirectories: [FilePath]

    /// Names a QEMU without looking for it; ``find(for:at:environment:)`` looks.
    public init(architecture: GuestArchitecture, program: FilePath, dataDirectories: [FilePath] = []) {
        self.architecture = architecture
        self.program = program
        self.dataDirectories = dataDirectories
    }

    /// The program's name for an architecture, as in `qemu-system-aarch64`.
    public static func programName(for architecture: GuestArchitecture) -> String {
        "qemu-system-\(architecture.rawValue)"
    }

    /// Finds QEMU: at the path given, else at `$QUIVER_QEMU`, else in `$PATH` and the usual directories.
    ///
    /// - Parameter location: The program, its directory, or the prefix that it was installed or unpacked below (as in
    ///   `/opt/qemu` for `/opt/qemu/bin/qemu-system-x86_64`).
    /// - Throws: ``MachineError`` with code `missingProgram` that says where it looked.
    public static func find(
        for architecture: GuestArchitecture,
        at location: FilePath? = nil,
        environment: [String: String]? = nil,
    ) throws(MachineError) -> Self {
        try find(for: architecture, at: location, environment: environment ?? HostEnvironment.variables, root: "/")
    }

    /// As above, with a directory to use as `/` if no variable is set.
    static func find(
        for architecture: GuestArchitecture,
        at location: FilePath?,
        environment: [String: String],
        root: FilePath,
    ) throws(MachineError) -> Self {
        let name = programName(for: architecture)
        if let location {
            return try found(name, for: architecture, below: location, namedBy: "the caller")
        }
        if let variable = environment["QUIVER_QEMU"], !variable.isEmpty {
            return try found(name, for: architecture, below: FilePath(variable), namedBy: "QUIVER_QEMU")
        }
        let path = (environment["PATH"] ?? "").split(separator: ":").map { FilePath(String($0)) }
        let usual = ["usr/bin", "usr/local/bin", "opt/homebrew/bin"].map { root.appending($0) }
        for directory in path + usual where HostFile.isExecutable(directory.appending(name)) {
            return Self(architecture: architecture, program: directory.appending(name))
        }
        throw MachineError(
            .missingProgram,
            machine: name,
            "not found in PATH; \(hint(for: architecture)), or set QUIVER_QEMU to its directory",
        )
    }

    private static func hint(for architecture: GuestArchitecture) -> String {
        let (debian, fedora) =
            switch architecture {
            case .x86_64: ("qemu-system-x86", "qemu-system-x86-core")
            case .aarch64: ("qemu-system-arm", "qemu-system-aarch64-core")
            }
        let hint = PackageHint(debian: debian, fedora: fedora, homebrew: "qemu")
        return hint.command.map { "install it with `\($0)`" } ?? "install it"
    }

    private static func found(
        _ name: String,
        for architecture: GuestArchitecture,
        below location: FilePath,
        namedBy source: String,
    ) throws(MachineError) -> Self {
        let location = location.absolute
        let candidates = [
            location, location.appending(name), location.appending("bin/\(name)"),
            location.appending("usr/bin/\(name)"),
        ]
        guard let program = candidates.first(where: { HostFile.isExecutable($0) }) else {
            throw MachineError(
                .missingProgram,
                machine: name,
                "not found at \(location), given by \(source); expected the program, its directory or its installation prefix",
            )
        }
        return Self(architecture: architecture, program: program, dataDirectories: dataDirectories(of: program))
    }

    /// The data directories of a QEMU that was unpacked in another place than it was built for.
    ///
    /// Distributions put SeaBIOS and others in separate directories next to QEMU's. An unpacked package only contains
    /// QEMU's own, so the host's are passed too.
    private static func dataDirectories(of program: FilePath) -> [FilePath] {
        let prefix = program.removingLastComponent().removingLastComponent()
        guard prefix != "/usr", prefix != "/usr/local", !prefix.string.contains("/homebrew") else { return [] }
        let own = prefix.appending("share/qemu")
        guard HostFile.isDirectory(own) else { return [] }
        let beside = [prefix.appending("share/seabios"), FilePath("/usr/share/seabios")]
        return [own] + beside.filter { HostFile.isDirectory($0) }
    }
}
