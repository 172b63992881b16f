import HostSupport
import QAPI
import Quantities
import SystemPackage

/// The machine's block nodes as snapshots see them.
struct SnapshotNodes {
    /// A writable drive that can have snapshots.
    struct Node {
        let name: String
        let file: FilePath
        let snapshots: [SnapshotInfo]
    }

    /// The nodes of a snapshot; the first one has the memory.
    let nodes: [Node]

    /// Selects the drives.
    ///
    /// - Throws: ``MachineError`` with code `snapshotImpossible` that names the drive that cannot have snapshots, with
    ///   a hint.
    init(_ drives: [BlockInfo], machine: String) throws(MachineError) {
        var nodes: [Node] = []
        for drive in drives {
            guard let inserted = drive.inserted, !inserted.ro else { continue }
            let name = inserted.nodeName ?? drive.device
            guard inserted.drv == "qcow2" else {
                throw MachineError(
                    .snapshotImpossible,
                    machine: machine,
                    "drive \(name) (\(inserted.file)) is writable and has the format \(inserted.drv), which has no "
                        + "snapshots; make it qcow2 or read-only",
                )
            }
            nodes.append(Node(name: name, file: FilePath(inserted.file), snapshots: inserted.image.snapshots ?? []))
        }
        // The firmware's variables are a few hundred kilobytes: the memory must not be saved there.
        nodes.sort { left, right in
            left.name != LaunchPlan.variablesNode && right.name == LaunchPlan.variablesNode
        }
        guard let first = nodes.first, first.name != LaunchPlan.variablesNode else {
            throw MachineError(
                .snapshotImpossible,
                machine: machine,
                "no writable qcow2 drive to save its memory in; add one",
            )
        }
        self.nodes = nodes
    }

    var names: [String] { nodes.map(\.name) }

    /// The node that has the memory.
    var memoryNode: Node { nodes[0] }

    /// All snapshots that any of the nodes has, oldest first.
    var snapshots: [Snapshot] {
        var tags: [String] = []
        for info in nodes.flatMap(\.snapshots) where !tags.contains(info.name) { tags.append(info.name) }
        return tags.map { tag in
            let holders = nodes.filter { node in node.snapshots.contains { $0.name == tag } }
            let infos = holders.flatMap(\.snapshots).filter { $0.name == tag }
            let main = infos.max { $0.vmStateSize < $1.vmStateSize } ?? infos[0]
            return Snapshot(
                tag: tag,
                date: Double(main.dateSec) + Double(main.dateNsec) / 1e9,
                memory: ByteCount(UInt64(max(0, main.vmStateSize))),
                guestUptime: Double(main.vmClockSec) + Double(main.vmClockNsec) / 1e9,
                missingDrives: names.filter { name in !holders.contains { $0.name == name } },
            )
        }.sorted { $0.date < $1.date }
    }
}
