import ArgumentParser
import Machines
import Quantities

/// The command `quiver snapshot load`.
struct SnapshotLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Put a machine back to a saved state.",
        discussion: "The guest's clock and random pool are put right before this returns, where it has Quiver's helper.",
    )

    @OptionGroup var arguments: SnapshotArguments

    func run() async throws {
        let store = MachineStore()
        if try store.status(of: arguments.name).state == .running {
            let machine = try await store.attach(to: arguments.name)
            let done = try await machine.restore(arguments.tag, within: arguments.timeout.duration)
            await machine.disconnect()
            print("\(arguments.name): loaded `\(arguments.tag)` in \(done.loading.shortText)\(remark(on: done))")
        } else {
            try await store.loadSnapshot(arguments.tag, ofStopped: arguments.name)
            print("\(arguments.name): its disks are back at `\(arguments.tag)`")
        }
    }

    private func remark(on done: Restoration) -> String {
        guard let fixingUp = done.fixingUp else { return "; its clock was left alone, the guest has no helper" }
        let proof = done.isProven == true ? ", proven by a nonce" : ""
        return "; clock and random pool put right in \(fixingUp.shortText)\(proof)"
    }
}
