import ArgumentParser
import Machines

/// The command `quiver hmp`.
struct HMPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hmp",
        abstract: "Run a command on QEMU's human monitor (HMP).",
        discussion: "Exits with 1 when the monitor's reply is one of its error messages.",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Argument(help: "The command, as in: info block")
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
