import GuestAccess
import HostSupport
import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// The snapshots in the machine's disks, oldest first.
    public func snapshots() async throws(MachineError) -> [Snapshot] {
        try await snapshotNodes().snapshots
    }

    /// Saves the guest's memory and disks under a tag; the guest is paused meanwhile.
    ///
    /// What would prevent saving is found before anything is changed: a drive that cannot have snapshots, a device
    /// whose state cannot be saved, too little space on the disk.
    ///
    /// - Parameter deadline: The time limit; QEMU continues when it expires.
    /// - Throws: ``MachineError``: `exists`, `snapshotImpossible`, `noSpace`, `snapshotFailed`, `timedOut`.
    public func saveSnapshot(_ tag: String, within deadline: Duration = .seconds(300)) async throws(MachineError) {
        try await saveSnapshot(tag, checksRoom: true, within: deadline)
    }

    func saveSnapshot(_ tag: String, checksRoom: Bool, within deadline: Duration) async throws(MachineError) {
        try SnapshotTag.check(tag, machine: name)
        let nodes = try await snapshotNodes()
        if nodes.snapshots.contains(where: { $0.tag == tag }) {
            throw error(
                .exists,
                "snapshot `\(tag)` already exists; choose another tag, or remove it with "
                    + "`quiver snapshot rm \(name) \(ShellWords.quoted(tag))`",
            )
        }
        try await checkNothingBlocksSaving()
        if checksRoom { try checkRoom(at: nodes.memoryNode.file) }
        do {
            try await runSnapshotJob("snapshot-save", tag, nodes, within: deadline)
        } catch {
            // A failed save leaves an incomplete snapshot, which is removed; one that is still running must not be
            // touched.
            if error.code != .timedOut { try? await runSnapshotJob("snapshot-delete", tag, nodes, within: deadline) }
            throw error
        }
        await recordSnapshot(tag)
    }

    /// Loads a snapshot's memory and disks; the guest is not fixed up.
    ///
    /// See ``restore(_:fixUp:resumes:within:)``. QEMU resumes the guest afterwards if it ran.
    package func load(_ tag: String, within deadline: Duration = .seconds(300)) async throws(MachineError) {
        let nodes = try await snapshotNodes()
        let snapshot = try find(tag, in: nodes)
        guard snapshot.missingDrives.isEmpty else {
            throw error(
                .snapshotImpossible,
                "snapshot `\(tag)` is missing from drive \(snapshot.missingDrives.joined(separator: ", "))",
            )
        }
        guard snapshot.hasMemory else {
            throw error(
                .snapshotImpossible,
                "snapshot `\(tag)` has only disks, no memory; stop the machine first, then load it",
            )
        }
        try await checkSnapshotFits(snapshot)
        do {
            try await runSnapshotJob("snapshot-load", tag, nodes, within: deadline)
        } catch {
            // If it was refused before it began, nothing was changed.
            if (error.cause as? QMPError)?.code == .commandFailed || error.code == .ended { throw error }
            // Once the caller knows that it has ended, it may start it again.
            _ = try? await kill()
            throw self.error(
                .snapshotFailed,
                "snapshot `\(tag)`: loading failed; the machine was killed because its state may be inconsistent",
                cause: error,
            )
        }
    }

    /// Removes a snapshot from the machine's disks.
    /// - Throws: ``MachineError``: `notFound`, `snapshotFailed`.
    public func deleteSnapshot(_ tag: String, within deadline: Duration = .seconds(300)) async throws(MachineError) {
        let nodes = try await snapshotNodes()
        _ = try find(tag, in: nodes)
        try await runSnapshotJob("snapshot-delete", tag, nodes, within: deadline)
        try? SnapshotRecords(in: directory, machine: name).remove(tag)
    }

    private func snapshotNodes() async throws(MachineError) -> SnapshotNodes {
        let drives: [BlockInfo]
        do {
            drives = try await qmp.queryBlock()
        } catch {
            throw await failure(.monitorFailed, "cannot list its drives", behind: error)
        }
        return try SnapshotNodes(drives, machine: name)
    }

    private func find(_ tag: String, in nodes: SnapshotNodes) throws(MachineError) -> Snapshot {
        let all = nodes.snapshots
        if let snapshot = all.first(where: { $0.tag == tag }) { return snapshot }
        let known = all.isEmpty ? "there are none" : "there are \(all.map { "`\($0.tag)`" }.joined(separator: ", "))"
        throw error(.notFound, "no snapshot `\(tag)`; \(known)")
    }

    private func runSnapshotJob(
        _ command: String,
        _ tag: String,
        _ nodes: SnapshotNodes,
        within deadline: Duration,
    ) async throws(MachineError) {
        var arguments: JSONObject = ["tag": .string(tag), "devices": .array(nodes.names.map { .string($0) })]
        if command != "snapshot-delete" { arguments["vmstate"] = .string(nodes.memoryNode.name) }
        let id = "quiver-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        do {
            let job = try await qmp.startJob(command, id: id, arguments)
            try await job.wait(deadline: deadline)
        } catch  where error.errorClass == "CommandNotFound" {
            try await runSnapshotCommand(command, tag)
        } catch  where error.code == .timedOut {
            throw self.error(.timedOut, "snapshot `\(tag)`: \(error.message)", cause: error)
        } catch {
            throw await explainSnapshotFailure(error, tag, nodes)
        }
    }

    /// QEMU before 6.0 only has commands of the human monitor, whose errors are text in a successful reply.
    func runSnapshotCommand(_ command: String, _ tag: String) async throws(MachineError) {
        let names = ["snapshot-save": "savevm", "snapshot-load": "loadvm", "snapshot-delete": "delvm"]
        let text = try await humanMonitor("\(names[command] ?? command) \(HumanMonitor.quoted(tag))")
        guard text.isEmpty else { throw error(.snapshotFailed, "snapshot `\(tag)`: \(text)") }
    }

    private func explainSnapshotFailure(
        _ error: QMPError,
        _ tag: String,
        _ nodes: SnapshotNodes,
    ) async -> MachineError {
        if let ended = await ended(behind: error) { return ended }
        // QEMU reports an input/output error when there is no space for the memory.
        let free = HostDisk.free(at: nodes.memoryNode.file) ?? memoryToSave
        let isFull =
            error.message.contains("No space left")
            || error.message.contains("Input/output error") && free < .mebibytes(16)
        let advice = isFull ? "; free some space in \(nodes.memoryNode.file.removingLastComponent())" : ""
        return self.error(isFull ? .noSpace : .snapshotFailed, "snapshot `\(tag)`\(advice)", cause: error)
    }
}
