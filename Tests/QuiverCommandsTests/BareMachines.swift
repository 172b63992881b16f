import HostSupport
import HostTools
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Machines with an empty disk, made by the `quiver` command: they start at once, and their guests do nothing.
struct BareMachines {
    let quiver: QuiverProcess
    let disk: FilePath

    /// Runs the body; machines that it leaves are killed.
    static func with(_ body: (BareMachines) async throws -> Void) async throws {
        try await QuiverProcess.withHome { quiver in
            let disk = quiver.home.appending("empty.qcow2")
            let made = try await ToolRun.run("qemu-img", ["create", "-q", "-f", "qcow2", disk.string, "16M"])
            try #require(made.isSuccess, "\(made)")
            try await withCleanup {
                try await body(BareMachines(quiver: quiver, disk: disk))
            } cleanup: {
                for name in Directory.names(in: quiver.home.appending("machines")) {
                    _ = try? await quiver.run("kill", name)
                }
            }
        }
    }

    /// Runs `quiver start` for new machines.
    func start(_ words: String...) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            QuiverProcess.program.string,
            ["start"] + words + ["--image", disk.string, "--cpus", "1", "--memory", "64M"],
            environment: ["QUIVER_HOME": quiver.home.string],
        )
    }

    /// The names in an array of reports.
    static func names(in json: String) throws -> [String] {
        try JSONDecoder().decode([Named].self, from: Data(json.utf8)).map(\.name)
    }

    /// The lines in which a command says what failed.
    static func complaints(of outcome: ToolRun.Outcome) -> [Substring] {
        outcome.errors.split(separator: "\n").filter { $0.hasPrefix("quiver: ") }
    }

    private struct Named: Decodable {
        let name: String
    }
}
