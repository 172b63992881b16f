import HostSupport
import HostTools
import SystemPackage

/// The `quiver` command of this build, run as a process of its own.
enum QuiverCommand {
    /// Beside the test bundle, where the build puts it.
    private static let program = FilePath(CommandLine.arguments[0]).removingLastComponent().appending("quiver")

    static func run(_ arguments: String..., home: QuiverHome) async throws -> ToolRun.Outcome {
        try await ToolRun.run(program.string, arguments, environment: ["QUIVER_HOME": home.data.string])
    }
}
