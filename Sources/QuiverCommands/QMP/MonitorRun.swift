import ArgumentParser
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

/// `quiver qmp run`: a script of commands.
struct MonitorRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a script of commands, 'wait EVENT' and 'sleep DURATION' lines.",
        discussion: """
            Each line is a command in JSON, 'wait EVENT' or 'sleep DURATION'; lines that start with # are comments. Prints \
            one line of JSON for each command and each awaited event: {"return": ...}, {"error": ...} or {"event": ...}. \
            Stops at the first error unless --keep-going is given; the exit status is 1 after any error. An event may \
            arrive before the line that waits for it; each satisfies one wait.

              quiver qmp --vm vm1 run steps.qmp
              echo '{"execute": "query-status"}' | quiver qmp --vm vm1 run -
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("Time limit for each command and each wait, e.g. 30s.", valueName: "duration"))
    var timeout = TimeLimitArgument(.seconds(60))

    @Flag(help: "Continue after an error.")
    var keepGoing = false

    @Argument(help: "The script file; - for standard input.", transform: { FilePath($0) })
    var script: FilePath

    func run() async throws {
        let script = try MonitorScript(try read(), name: script.string)
        try await target.withConnection(within: timeout.duration) { qmp in
            // Subscribed before the first command: its event can come before its reply.
            var events = ScriptEvents(qmp.events(buffering: ScriptEvents.capacity))
            var failures = 0
            var firstFailure: CommandFailure?
            for (line, step) in script.steps {
                do {
                    try await execute(step, on: qmp, &events)
                } catch let error as QMPError {
                    failures += 1
                    let status: ExitStatus = error.code == .timedOut ? .temporary : .failed
                    let failure = CommandFailure(status, "\(self.script):\(line): \(error)", cause: error)
                    guard keepGoing, error.code != .cancelled, error.code != .connectionClosed else { throw failure }
                    StandardError.write("quiver: \(failure.message)")
                    firstFailure = firstFailure ?? failure
                }
            }
            if let firstFailure {
                let text = "\(failures) of \(script.steps.count) commands failed (see above)"
                throw CommandFailure(firstFailure.status, text, cause: firstFailure)
            }
        }
    }

    private func execute(
        _ step: MonitorScript.Step,
        on qmp: QMPConnection,
        _ events: inout ScriptEvents,
    ) async throws {
        switch step {
        case .execute(let name, let arguments, let outOfBand):
            do {
                let value = try await qmp.execute(
                    name,
                    arguments,
                    deadline: timeout.duration,
                    outOfBand: outOfBand,
                )
                try print(["return": value])
            } catch let error as QMPError {
                let errorClass = error.errorClass ?? "\(error.code)"
                try print(["error": ["class": .string(errorClass), "desc": .string(error.message)]])
                throw error
            }
        case .wait(let name):
            try print(try await events.next(named: name, within: timeout.duration).line)
        case .sleep(let duration):
            do { try await Task.sleep(for: duration) } catch { throw QMPError(.cancelled, "interrupted") }
        }
    }

    /// Prints a line; a script continues even if nobody reads the output any more.
    private func print(_ line: JSON) throws { try StandardOutput.print("\(line)") }

    private func read() throws -> String {
        do {
            if script == "-" { return try read(from: .standardInput) }
            let file = try FileDescriptor.open(script, .readOnly, options: .closeOnExec)
            return try file.closeAfter { try read(from: file) }
        } catch {
            throw CommandFailure(.usage, "\(script): cannot read the script: \(error)", cause: error)
        }
    }

    private func read(from file: FileDescriptor) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}
