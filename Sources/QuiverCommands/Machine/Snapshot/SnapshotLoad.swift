import ArgumentParser
import Machines
import Quantities

/// The command `quiver snapshot load`.
struct SnapshotLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Restore a machine to a snapshot.",
        discussion: """
            A machine that is not running is started, unless the snapshot has its disks only. If Quiver's helper runs in \
            the guest, it then sets the clock and reseeds the random pool before this command ends.

              quiver snapshot load vm1 clean
            """,
    )

    @OptionGroup var arguments: SnapshotArguments

    func run() async throws {
        let store = MachineStore()
        let (name, tag) = (arguments.name, arguments.tag)
        let status = try store.status(of: name)
        let isRunning = status.state == .running
        if !isRunning, try await !store.snapshot(tag, ofStopped: name).hasMemory {
            try await store.restore(tag, ofStopped: name)
            try StandardOutput.print("\(name): restored its disks to `\(tag)`")
            return
        }
        // A stopped machine is started paused, and the snapshot then replaces its state.
        let machine = isRunning ? try await store.attach(to: status) : try await store.start(name, isPaused: true)
        let done: Restoration
        do {
            done = try await machine.restore(tag, resumes: true, within: arguments.timeout.duration)
        } catch {
            // A paused guest that never ran is not left behind.
            if !isRunning { _ = try? await machine.kill() }
            throw error
        }
        await machine.disconnect()
        let started = isRunning ? "" : "started and "
        try StandardOutput.print("\(name): \(started)loaded `\(tag)` in \(done.loading.shortText)\(remark(on: done))")
    }

    private func remark(on done: Restoration) -> String {
        guard let fixingUp = done.fixingUp else {
            return "; clock and random pool were not fixed up: \(reason(for: done.obstacle))"
        }
        let proof = done.isVerified == true ? ", verified" : ""
        return "; clock and random pool fixed up in \(fixingUp.shortText)\(proof)"
    }

    private func reason(for obstacle: Restoration.Obstacle?) -> String {
        switch obstacle {
        case .noChannel, nil: "the machine has no channel to Quiver's helper"
        case .guestPaused: "the guest is paused"
        case .channelTaken:
            "another command, such as `quiver exec`, is connected to the helper in the guest; load the snapshot again when it has ended"
        case .silent: "the helper in the guest does not answer"
        case .refused(let reason): reason
        }
    }
}
