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
        abstract: "Execute a script: one command in JSON a line, 'wait EVENT', 'sleep DURATION'.",
        discussion: """
            Prints one line of JSON for every command and every event waited for: {"return": ...}, {"error": ...} or
            {"event": ...}. Stops at the first error unless --keep-going is given, and ends with 1 after any. An event
            may have come before the line that waits for it; each is waited for once.
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("How long each command and each wait may take, as in 30s.", valueName: "duration"))
    var timeout = DurationArgument(.seconds(60))

    @Flag(help: "Go on after an error.")
    var keepGoing = false

    @Argument(help: "The script; - reads it from standard input.", transform: { FilePath($0) })
    var script: FilePath

    func run() async throws {
        let script = try MonitorScript(try read(), name: script.string)
        try await target.withConnection(within: timeout.duration) { qmp in
            // From before the first command: its event can come before its reply.
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
                let text = "\(failures) of \(script.steps.count) lines failed, as said above"
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

    /// Prints a line; a script goes on when nobody reads it any more.
    private func print(_ line: JSON) throws { try StandardOutput.print("\(line)") }

    private func read() throws -> String {
        do {
            if script == "-" { return try read(from: .standardInput) }
            let file = try FileDescriptor.open(script, .readOnly, options: .closeOnExec)
            return try file.closeAfter { try read(from: file) }
        } catch {
            throw CommandFailure(.usage, "\(script): the script cannot be read: \(error)", cause: error)
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
