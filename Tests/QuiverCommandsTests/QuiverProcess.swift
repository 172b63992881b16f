import HostSupport
import HostTools
import LibC
import PatienceForTests
import SystemPackage

/// The `quiver` command of this build, run as a process of its own in a home of its own.
///
/// Images, keys and baked images are those of the user's home: they are read, or made once for all.
struct QuiverProcess {
    let home: FilePath

    /// The program, which lies beside the tests'.
    static let program = FilePath(CommandLine.arguments[0]).absolute.removingLastComponent().appending("quiver")

    func run(_ arguments: String..., directory: FilePath? = nil) async throws -> ToolRun.Outcome {
        try await run(arguments, directory: directory)
    }

    func run(_ arguments: [String], directory: FilePath? = nil) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            Self.program.string,
            Self.patient(arguments),
            environment: ["QUIVER_HOME": home.string],
            workingDirectory: directory,
        )
    }

    /// The commands that wait for a guest, and the option by which they are told for how long.
    private static let waits: [(command: [String], option: String, seconds: Int)] = [
        (["start"], "--timeout", 300), (["test"], "--boot-timeout", 300), (["fork"], "--timeout", 60),
        (["ssh"], "--timeout", 60), (["stop"], "--grace", 60), (["waterfall"], "--timeout", 300),
        (["snapshot", "save"], "--timeout", 300), (["snapshot", "load"], "--timeout", 300),
        (["snapshot", "rm"], "--timeout", 300),
    ]

    /// A command with its usual limits multiplied by the host's slowness, where it does not set them itself.
    static func patient(_ arguments: [String]) -> [String] {
        guard let wait = waits.first(where: { arguments.starts(with: $0.command) }), !arguments.contains(wait.option)
        else { return arguments }
        return wait.command + [wait.option, Patience.option(seconds: wait.seconds)]
            + arguments.dropFirst(wait.command.count)
    }

    /// Runs the body with a command whose home is removed afterwards.
    static func withHome(_ body: (QuiverProcess) async throws -> Void) async throws {
        let home = FilePath("/tmp/quiver-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try await withCleanup {
            try linkUserFiles(into: home)
            try await body(QuiverProcess(home: home))
        } cleanup: {
            try? Directory.removeTree(home)
        }
    }

    /// Runs the body with a command whose home keeps its templates for the next run of the tests.
    ///
    /// Everything else in it is removed before. One run of the tests uses it at a time.
    static func withKeptHome(_ name: String, _ body: (QuiverProcess) async throws -> Void) async throws {
        let homes = QuiverHome.current.cache.appending("tests")
        try Directory.create(homes)
        let lock = try await FileLock.acquire(homes.appending("\(name).lock"), within: Patience.seconds(3600))
        defer { extendLifetime(lock) }
        let home = homes.appending(name)
        for name in Directory.names(in: home) where name != "cache" { try Directory.removeTree(home.appending(name)) }
        let cache = home.appending("cache")
        for name in Directory.names(in: cache) where name != "templates" {
            try Directory.removeTree(cache.appending(name))
        }
        try linkUserFiles(into: home)
        try await body(QuiverProcess(home: home))
    }

    private static func linkUserFiles(into home: FilePath) throws {
        let user = QuiverHome.current
        try Directory.create(home.appending("cache"))
        for directory in [user.images, user.keys, user.cache.appending("bakes")] { try Directory.create(directory) }
        try link(home.appending("images"), to: user.images)
        try link(home.appending("keys"), to: user.keys)
        try link(home.appending("cache/bakes"), to: user.cache.appending("bakes"))
    }

    static func link(_ path: FilePath, to target: FilePath) throws {
        guard symlink(target.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    }
}
