import ArgumentParser
import Machines

/// The command `quiver snapshot rm`.
struct SnapshotRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove a snapshot from a machine's disks.",
        discussion: "  quiver snapshot rm vm1 clean",
        aliases: ["remove"],
    )

    @OptionGroup var arguments: SnapshotArguments

    func run() async throws {
        let store = MachineStore()
        if try store.status(of: arguments.name).state == .running {
            let machine = try await store.attach(to: arguments.name)
            try await machine.deleteSnapshot(arguments.tag, within: arguments.timeout.duration)
            await machine.disconnect()
        } else {
            try await store.deleteSnapshot(arguments.tag, ofStopped: arguments.name)
        }
    }
}
