import ArgumentParser
import Machines
import Quantities

/// The command `quiver snapshot save`.
struct SnapshotSave: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save",
        abstract: "Save a machine's memory and disks, or only its disks if it is not running.",
        discussion: "  quiver snapshot save vm1 clean",
    )

    @OptionGroup var arguments: SnapshotArguments

    func run() async throws {
        let store = MachineStore()
        let start = ContinuousClock.now
        if try store.status(of: arguments.name).state == .running {
            let machine = try await store.attach(to: arguments.name)
            try await machine.saveSnapshot(arguments.tag, within: arguments.timeout.duration)
            await machine.disconnect()
        } else {
            try await store.saveSnapshot(arguments.tag, ofStopped: arguments.name)
        }
        try StandardOutput.print(
            "\(arguments.name): saved `\(arguments.tag)` in \((ContinuousClock.now - start).shortText)"
        )
    }
}
