import HostSupport
import HostTools
import Subprocess
import SystemPackage

/// `quiver qmp` at one socket.
struct MonitorProcess: Sendable {
    let quiver: QuiverProcess
    let socket: FilePath

    func monitor(_ words: String...) async throws -> ToolRun.Outcome { try await monitor(words) }

    func monitor(_ words: [String]) async throws -> ToolRun.Outcome {
        try await ToolRun.run(
            QuiverProcess.program.string,
            ["qmp", "--socket", socket.string] + words,
            environment: environment,
        )
    }

    /// Runs a command and hands over each line while it runs.
    func monitor(
        _ words: [String],
        line: @escaping @Sendable (String) -> Void,
    ) async throws -> (status: Int32, errors: String) {
        let result = try await Subprocess.run(
            .path(QuiverProcess.program),
            arguments: Arguments(["qmp", "--socket", socket.string] + words),
            environment: .inherit.updating(["QUIVER_HOME": quiver.home.string]),
            input: .none,
            output: .sequence,
            error: .string(limit: 1 << 20),
        ) { execution in
            for try await text in execution.standardOutput.strings() { line(text) }
        }
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return (status, result.standardError)
    }

    /// Runs a script from a file.
    func script(_ text: String, _ options: String...) async throws -> ToolRun.Outcome {
        try await monitor(["run"] + options + [write(text).string])
    }

    /// Runs a command line with its output going elsewhere; what it ended with is the last line of the output.
    func shell(_ line: String, into redirection: String) async throws -> ToolRun.Outcome {
        let command = "\(QuiverProcess.program) qmp --socket \(socket) \(line) \(redirection); echo ${PIPESTATUS[0]}"
        return try await ToolRun.run("bash", ["-c", command], environment: environment)
    }

    /// Writes a file in the home.
    func write(_ text: String) throws -> FilePath {
        let path = quiver.home.appending("script-\(UInt32.random(in: 0 ... .max))")
        let options: FileDescriptor.OpenOptions = [.create, .closeOnExec]
        let file = try FileDescriptor.open(path, .writeOnly, options: options, permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        return path
    }

    private var environment: [String: String] { ["QUIVER_HOME": quiver.home.string] }
}
