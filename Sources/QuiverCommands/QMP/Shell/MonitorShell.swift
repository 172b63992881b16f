import ArgumentParser
import HostSupport
import QAPI
import QAPISchema
import QMPClient
import QMPCore
import SystemPackage
import WireJSON

/// `quiver qmp shell`: an interactive shell for commands, which also shows events.
struct MonitorShell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell",
        abstract: "Run commands interactively and show events as they arrive.",
        discussion: """
            A line is a command with name=value arguments, as in 'quiver qmp call', or a command in JSON. On a terminal, \
            lines can be edited, the arrow keys recall earlier ones, and Tab completes the commands, arguments and values \
            that this QEMU has. From a pipe, each line is executed, and the exit status is 1 if any failed.

              quiver qmp --vm vm1 shell
              qmp> blockdev-add driver=null-co node-name=d size=64M
              qmp> {"execute": "query-block", "id": 1}
              qmp> help blockdev-add
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("Time limit for each command, e.g. 30s.", valueName: "duration"))
    var timeout = TimeLimitArgument(.seconds(60))

    func run() async throws {
        let isTerminal = FileDescriptor.standardInput.isTerminal && StandardOutput.isTerminal
        try await target.withConnection(within: timeout.duration) { qmp in
            let gated = try await MonitorGate.gated(qmp)
            let input = try isTerminal ? terminal(gated.gate) : PlainInput()
            let events = qmp.events()
            if isTerminal {
                let version = qmp.greeting.map { "QEMU \($0.version)" } ?? "QEMU"
                input.show("\(version); type help for help, Tab to complete, Ctrl-D to leave")
            }
            let failures: Int =
                try await race(
                    {
                        let failures = try await show(events, input)
                        // Lines from a pipe continue without events, and report their own results.
                        return failures ?? (isTerminal ? 0 : nil)
                    },
                    { try await execute(input, gated) ?? (isTerminal ? 0 : nil) },
                ) ?? 0
            if failures > 0, !isTerminal {
                throw CommandFailure(.failed, "\(failures) commands failed (see above)")
            }
        }
    }

    private func terminal(_ gate: SchemaGate) throws -> any ShellInput {
        let directory = QuiverHome.current.data
        try Directory.create(directory)
        return try TerminalInput(prompt: "qmp> ", history: directory.appending("qmp-history")) { typed in
            ShellCompletion(typed: typed, gate: gate)
        }
    }

    /// Shows events until QEMU closes the connection.
    private func show(_ events: QMPEvents, _ input: any ShellInput) async throws -> Int? {
        for try await item in events {
            switch item {
            case .event(let event): input.show("\(event.line)")
            case .missed(let count): StandardError.write("quiver: missed \(count) events")
            case .gap(let reason): StandardError.write("quiver: the connection was interrupted: \(reason)")
            }
        }
        StandardError.write("quiver: QEMU has ended")
        return nil
    }

    /// Executes lines until there are no more.
    /// - Returns: The number of commands that failed.
    private func execute(_ input: any ShellInput, _ gated: GatedExecutor<QMPConnection>) async throws -> Int? {
        var failures = 0
        while let line = try await input.next() {
            do {
                guard try await execute(ShellLine(line), input, gated) else { break }
            } catch let error as QMPError where error.code == .cancelled {
                throw CancellationError()
            } catch {
                failures += 1
                StandardError.write("quiver: \(CommandFailure(explaining: error).message)")
            }
        }
        return failures
    }

    /// - Returns: Whether the shell continues.
    private func execute(
        _ line: ShellLine,
        _ input: any ShellInput,
        _ gated: GatedExecutor<QMPConnection>,
    ) async throws -> Bool {
        let (name, arguments, outOfBand): (String, JSONObject, Bool)
        switch line {
        case .nothing: return true
        case .leave: return false
        case .help(nil):
            input.show(Self.explanation)
            return true
        case .help(let name?):
            guard let shape = SchemaShape(of: name, gated.gate.compiled, live: gated.gate.live) else {
                let near = SchemaShape.names(like: name, gated.gate.compiled)
                let advice = near.isEmpty ? "" : "; did you mean \(near.joined(separator: ", "))?"
                throw CommandFailure(.failed, "\(name): no command, event or type has this name\(advice)")
            }
            input.show(shape.text)
            return true
        case .call(let command, let words):
            (name, outOfBand) = (command, false)
            arguments = try MonitorArguments(parsing: words, command: command).object
        case .execute(let command, let object, let isOutOfBand):
            (name, arguments, outOfBand) = (command, object, isOutOfBand)
        }
        let reply = try await gated.execute(name, arguments, deadline: timeout.duration, outOfBand: outOfBand)
        input.show(try reply.prettyText())
        return true
    }

    private static let explanation = """
        COMMAND [name=value...]     execute a command, e.g. device_add driver=virtio-rng-pci id=rng0
        {"execute": "COMMAND"}      the same in JSON; "exec-oob" executes out of band
        help NAME                   show the arguments and return type of a command, event or type
        exit, or Ctrl-D             leave; QEMU keeps running
        """
}
