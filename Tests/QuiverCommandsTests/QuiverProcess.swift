import HostSupport
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The `quiver` command of this build, run as a process of its own in a home of its own.
///
/// Images, keys and baked images are those of the user's home: they are read, or made once for all.
struct QuiverProcess {
    let home: FilePath

    /// The program, which lies beside the tests'.
    static let program = FilePath(CommandLine.arguments[0]).absolute.removingLastComponent().appending("quiver")

    func run(_ arguments: String..., directory: FilePath? = nil) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            Self.program.string,
            arguments,
            environment: ["QUIVER_HOME": home.string],
            workingDirectory: directory,
        )
    }

    /// Runs the body with a command whose home is removed afterwards.
    static func withHome(_ body: (QuiverProcess) async throws -> Void) async throws {
        let home = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        let user = QuiverHome.current
        try Folder.create(home.appending("cache"))
        for folder in [user.images, user.keys, user.cache.appending("bakes")] { try Folder.create(folder) }
        try link(home.appending("images"), to: user.images)
        try link(home.appending("keys"), to: user.keys)
        try link(home.appending("cache/bakes"), to: user.cache.appending("bakes"))
        try await withCleanup {
            try await body(QuiverProcess(home: home))
        } cleanup: {
            try? Folder.removeTree(home)
        }
    }

    static func link(_ path: FilePath, to target: FilePath) throws {
        guard symlink(target.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    }
}
