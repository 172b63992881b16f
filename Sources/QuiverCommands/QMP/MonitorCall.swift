import ArgumentParser
import HostSupport
import QAPI
import QMPClient
import QMPCore
import WireJSON

/// `quiver qmp call`: one command, its return as JSON.
struct MonitorCall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Execute a command and print what it returns, as JSON.",
        discussion: """
            Arguments are one JSON object, or name=value pairs that get their types from QEMU's schema; a dotted name
            goes into an object, as in file.driver=qcow2. What the QEMU at the other end does not have is refused before
            it is sent (69 for something it lacks, 64 for a wrong value), and what is deprecated or unstable is warned
            of; --unchecked sends it as it is. Ends with 1 when QEMU refuses the command, and with 75 when no reply comes
            in time.
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("How long all of it may take, as in 30s.", valueName: "duration"))
    var timeout = DurationArgument(.seconds(60))

    @Flag(help: "Execute out of band, overtaking what QEMU is at.")
    var oob = false

    @Flag(help: "Send it without asking QEMU first what it has.")
    var unchecked = false

    @Argument(help: "The command, as in query-status.")
    var command: String

    @Argument(help: ArgumentHelp("One JSON object, or name=value pairs.", valueName: "arguments"))
    var arguments: [String] = []

    func run() async throws {
        let object = try MonitorArguments(parsing: arguments, command: command).object
        let end = ContinuousClock.now + timeout.duration
        let reply = try await target.withConnection(within: timeout.duration) { qmp in
            var executor: any QMPTimedExecutor = qmp
            if !unchecked {
                let rest = ContinuousClock.now.duration(to: end)
                executor = try await withDeadline(rest, waitingFor: "QEMU's schema") {
                    try await MonitorGate.gated(qmp)
                }
            }
            let rest = ContinuousClock.now.duration(to: end)
            return try await executor.execute(command, object, deadline: rest, outOfBand: oob)
        }
        try StandardOutput.print(try reply.prettyText())
    }
}
