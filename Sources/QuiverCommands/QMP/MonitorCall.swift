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
        abstract: "Execute a command and print its return value as JSON.",
        discussion: """
            Arguments are one JSON object, or name=value pairs whose types come from QEMU's schema. A dotted name sets a \
            member of an object, as in file.driver=qcow2.

            The command is checked against the schema of the running QEMU before it is sent: the exit status is 69 if QEMU \
            does not support it and 64 if a value is wrong; deprecated and unstable features cause a warning. --unchecked \
            sends it without this check. The exit status is 1 if QEMU refuses the command, 75 if no reply comes in time.

              quiver qmp --vm vm1 call query-status
              quiver qmp --vm vm1 call device_add driver=virtio-rng-pci id=rng0
            """,
    )

    @OptionGroup var target: MonitorTarget

    @Option(help: ArgumentHelp("Time limit for connecting and for the command, e.g. 30s.", valueName: "duration"))
    var timeout = TimeLimitArgument(.seconds(60))

    @Flag(help: "Execute out of band, ahead of running commands.")
    var oob = false

    @Flag(help: "Send the command without checking it against QEMU's schema.")
    var unchecked = false

    @Argument(help: "The command, e.g. query-status.")
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
