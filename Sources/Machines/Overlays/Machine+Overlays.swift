import CloudImages
import LibC
import QMPClient
import QMPCore
public import Quantities
public import SystemPackage
import WireJSON

/// Where a long change to a drive stands.
public struct DriveProgress: Hashable, Sendable {
    /// What is done, in bytes of the drive.
    public let completed: ByteCount
    /// What there is in all; it may grow while the guest writes.
    public let total: ByteCount
}

extension Machine {
    /// Has a drive write to a new file from now on; what it was so far stays in the old file, which nobody writes
    /// any more and can therefore be copied.
    ///
    /// The machine's description names the new file from then on, so that its next start goes on with that.
    ///
    /// - Parameters:
    ///   - drive: The block node on top of the drive: its id, or the name of the overlay put on it last.
    ///   - base: The file behind that node.
    ///   - file: The new file, which must not exist.
    ///   - node: The new node's name, by which the drive is known afterwards.
    public func addOverlay(
        on drive: String,
        base: FilePath,
        file: FilePath,
        node: String,
    ) async throws(MachineError) {
        do {
            try Overlay.create(at: file, base: base)
        } catch {
            throw self.error(.fileFailed, "cannot create an overlay of drive \(drive)", cause: error)
        }
        var before: MachineDescription?
        do {
            try await addNode(node, of: file)
            // Before QEMU writes to it: until then an overlay reads like its base, and afterwards the base is the past.
            before = try recordDrive(in: base, isNowIn: file, format: .qcow2)
            _ = try await command("blockdev-snapshot", ["node": .string(drive), "overlay": .string(node)])
        } catch {
            if let before { try? MachineFile.write(before, to: folder.descriptionFile, machine: name) }
            _ = try? await command("blockdev-del", ["node-name": .string(node)])
            unlink(file.string)
            throw error
        }
    }

    /// Writes all that an overlay holds into the file below it, which takes its place again.
    ///
    /// The overlay's file stays, and is the past from then on; the machine's description names the file below.
    ///
    /// - Parameters:
    ///   - overlay: The block node on top of the drive.
    ///   - base: The node that takes what lies above it.
    ///   - onProgress: Told how far it is.
    public func commit(
        _ overlay: String,
        into base: String,
        within deadline: Duration = .seconds(600),
        onProgress: @Sendable (DriveProgress) -> Void = { _ in },
    ) async throws(MachineError) {
        let arguments: JSONObject = [
            "device": .string(overlay), "base-node": .string(base), "auto-dismiss": false, "auto-finalize": true,
        ]
        let (old, new) = (try await fileNode(overlay), try await fileNode(base))
        try await follow("block-commit", arguments, within: deadline, onProgress: onProgress)
        try recordDrive(in: old.file, isNowIn: new.file, format: new.format ?? .qcow2)
        // Nothing uses the overlay's node any more; left there it would keep the file open.
        _ = try? await command("blockdev-del", ["node-name": .string(overlay)])
    }

    /// Copies into an overlay all that it still takes from the files below, so that it needs them no more.
    ///
    /// - Parameters:
    ///   - overlay: The block node on top of the drive.
    ///   - onProgress: Told how far it is.
    public func stream(
        into overlay: String,
        within deadline: Duration = .seconds(600),
        onProgress: @Sendable (DriveProgress) -> Void = { _ in },
    ) async throws(MachineError) {
        let arguments: JSONObject = ["device": .string(overlay), "auto-dismiss": false]
        try await follow("block-stream", arguments, within: deadline, onProgress: onProgress)
    }

    /// Copies a drive as it is at this moment into a new qcow2 file while the guest goes on writing to it.
    ///
    /// - Parameters:
    ///   - drive: The block node on top of the drive.
    ///   - file: The new file, which must not exist; it is removed again when the copy fails.
    ///   - onProgress: Told how far it is.
    public func backUp(
        _ drive: String,
        to file: FilePath,
        within deadline: Duration = .seconds(600),
        onProgress: @Sendable (DriveProgress) -> Void = { _ in },
    ) async throws(MachineError) {
        do {
            try StandaloneDisk.create(at: file, size: try await fileNode(drive).size)
        } catch let error as MachineError {
            throw error
        } catch {
            throw self.error(.fileFailed, "cannot copy drive \(drive)", cause: error)
        }
        let node = "quiver-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        do {
            try await addNode(node, of: file)
            let arguments: JSONObject = [
                "device": .string(drive), "target": .string(node), "sync": "full", "auto-dismiss": false,
            ]
            try await follow("blockdev-backup", arguments, within: deadline, onProgress: onProgress)
            _ = try await command("blockdev-del", ["node-name": .string(node)])
        } catch {
            _ = try? await command("blockdev-del", ["node-name": .string(node)])
            unlink(file.string)
            throw error
        }
    }

    private func addNode(_ node: String, of file: FilePath) async throws(MachineError) {
        _ = try await command(
            "blockdev-add",
            [
                "driver": "qcow2", "node-name": .string(node), "backing": .null, "discard": "unmap",
                "file": ["driver": "file", "filename": .string(file.string)],
            ],
        )
    }

    private func follow(
        _ command: String,
        _ arguments: JSONObject,
        within deadline: Duration,
        onProgress: @Sendable (DriveProgress) -> Void,
    ) async throws(MachineError) {
        let id = "quiver-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        do {
            let job = try await qmp.startJob(command, id: id, arguments)
            var isCompleting = false
            for try await update in job.updates(deadline: deadline) {
                onProgress(DriveProgress(completed: ByteCount(update.current), total: ByteCount(update.total)))
                // A commit from the top has caught up with the guest and waits to be told to switch over. It tells of
                // further progress as long as the guest writes, and takes being told twice for an error.
                guard update.status == .ready, !isCompleting else { continue }
                isCompleting = true
                try await job.complete()
            }
        } catch {
            throw await failure(.monitorFailed, "\(command) failed", behind: error)
        }
    }
}
