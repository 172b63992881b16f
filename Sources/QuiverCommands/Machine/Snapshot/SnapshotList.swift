import ArgumentParser
import HostSupport
import Machines
import Quantities

/// The command `quiver snapshot ls`.
struct SnapshotList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List a machine's snapshots, oldest first.",
        discussion: "  quiver snapshot ls vm1",
        aliases: ["list"],
    )

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore()
        let snapshots: [Snapshot]
        if try store.status(of: name).state == .running {
            let machine = try await store.attach(to: name)
            snapshots = try await machine.snapshots()
            await machine.disconnect()
        } else {
            snapshots = try await store.snapshots(ofStopped: name)
        }
        try output.render(Report(machine: name, snapshots: snapshots, now: WallClock.now))
    }

    private struct Report: Renderable {
        let machine: String
        let snapshots: [Snapshot]
        let now: Double

        var text: String {
            guard !snapshots.isEmpty else { return "\(machine) has no snapshots." }
            var table = TextTable(header: ["TAG", "SAVED", "MEMORY", "GUEST UP", "REMARK"])
            for snapshot in snapshots {
                let missing = snapshot.missingDrives.joined(separator: ", ")
                table.add([
                    snapshot.tag,
                    "\(Duration.seconds(max(0, now - snapshot.date)).shortText) ago",
                    snapshot.hasMemory ? snapshot.memory.description : "disks only",
                    snapshot.hasMemory ? Duration.seconds(snapshot.guestUptime).shortText : "-",
                    missing.isEmpty ? "" : "cannot be loaded: missing from \(missing)",
                ])
            }
            return table.text
        }

        func encode(to encoder: any Encoder) throws { try snapshots.encode(to: encoder) }
    }
}
