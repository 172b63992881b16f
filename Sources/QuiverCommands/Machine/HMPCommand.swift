import ArgumentParser
import Machines

/// The command `quiver hmp`.
struct HMPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hmp",
        abstract: "Run a command on QEMU's human monitor (HMP).",
        discussion: """
            Exits with 1 if the monitor replies with an error message.

              quiver hmp vm1 info block
              quiver hmp vm1 "info network"
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "The command, e.g. info block.")
    var command: [String]

    func run() async throws {
        let machine = try await MachineStore().attach(to: name)
        let reply = try await machine.humanMonitor(command.joined(separator: " "))
        await machine.disconnect()
        guard !HumanMonitor.looksLikeError(reply) else {
            throw CommandFailure(.failed, "machine \(name): QEMU's monitor: \(reply)")
        }
        if !reply.isEmpty { try StandardOutput.print(reply) }
    }
}
