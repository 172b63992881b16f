import DiskImages
import LibC
import QAPI
import QMPClient
import QMPCore
public import Quantities
public import SystemPackage

/// The progress of a long change to a drive.
public struct DriveProgress: Hashable, Sendable {
    /// The part that is done, in bytes of the drive.
    public let completed: ByteCount
    /// The total; it may grow while the guest writes.
    public let total: ByteCount
}

extension Machine {
    /// Makes a drive write to a new file from now on.
    ///
    /// Its content so far stays in the old file, which nobody writes to
    /// any more and which can therefore be copied.
    ///
    /// The machine's description then names the new file, so that its next start uses it.
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
            // Recorded before QEMU writes to it: until then the overlay reads like its base; afterwards the base is
            // outdated.
            before = try recordDrive(in: base, isNowIn: file, format: .qcow2)
            try await reporting { () throws(QMPError) in try await qmp.blockdevSnapshot(node: drive, overlay: node) }
        } catch {
            if let before { try? MachineFile.write(before, to: directory.descriptionFile, machine: name) }
            try? await qmp.blockdevDel(nodeName: node)
            unlink(file.string)
            throw error
        }
    }

    /// Writes an overlay's changes into the file below it, which replaces it again.
    ///
    /// The overlay's file stays but is outdated; the machine's description names the file below.
    ///
    /// - Parameters:
    ///   - overlay: The block node on top of the drive.
    ///   - base: The node that receives the changes above it.
    ///   - onProgress: Called with the progress.
    public func commit(
        _ overlay: String,
        into base: String,
        within deadline: Duration = .seconds(600),
        onProgress: @Sendable (DriveProgress) -> Void = { _ in },
    ) async throws(MachineError) {
        let (old, new) = (try await fileNode(overlay), try await fileNode(base))
        try await follow(within: deadline, onProgress: onProgress) { id in
            BlockCommit(jobID: id, device: overlay, baseNode: base, autoFinalize: true, autoDismiss: false)
        }
        try recordDrive(in: old.file, isNowIn: new.file, format: new.format ?? .qcow2)
        // Nothing uses the overlay's node any more; if it stayed, it would keep the file open.
        try? await qmp.blockdevDel(nodeName: overlay)
    }

    /// Copies into an overlay everything that it still reads from the files below, so that it no longer needs them.
    ///
    /// - Parameters:
    ///   - overlay: The block node on top of the drive.
    ///   - onProgress: Called with the progress.
    public func stream(
        into overlay: String,
        within deadline: Duration = .seconds(600),
        onProgress: @Sendable (DriveProgress) -> Void = { _ in },
    ) async throws(MachineError) {
        try await follow(within: deadline, onProgress: onProgress) { id in
            BlockStream(jobID: id, device: overlay, autoDismiss: false)
        }
    }

    /// Copies a drive's current content into a new qcow2 file, while the guest keeps writing to it.
    ///
    /// - Parameters:
    ///   - drive: The block node on top of the drive.
    ///   - file: The new file, which must not exist; it is removed if the copy fails.
    ///   - onProgress: Called with the progress.
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
            try await follow(within: deadline, onProgress: onProgress) { id in
                BlockdevBackupCommand(jobID: id, device: drive, sync: .full, autoDismiss: false, target: node)
            }
            try await reporting { () throws(QMPError) in try await qmp.blockdevDel(nodeName: node) }
        } catch {
            try? await qmp.blockdevDel(nodeName: node)
            unlink(file.string)
            throw error
        }
    }

    private func addNode(_ node: String, of file: FilePath) async throws(MachineError) {
        let options = BlockdevOptions.qcow2(
            nodeName: node,
            discard: .unmap,
            file: .definition(.file(filename: file.string)),
            backing: .null,
        )
        try await reporting { () throws(QMPError) in try await qmp.blockdevAdd(options) }
    }

    /// Starts a block job and waits until it ends.
    ///
    /// - Parameter makeCommand: The command that starts it, from the job's id.
    private func follow<Command: QMPCommand>(
        within deadline: Duration,
        onProgress: @Sendable (DriveProgress) -> Void,
        _ makeCommand: (_ id: String) -> Command,
    ) async throws(MachineError) {
        let id = "quiver-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        do {
            let job = try await qmp.startJob(makeCommand(id), id: id)
            var isCompleting = false
            for try await update in job.updates(deadline: deadline) {
                onProgress(DriveProgress(completed: ByteCount(update.current), total: ByteCount(update.total)))
                // A commit of the top node has caught up with the guest and waits for the command to switch over. It
                // reports further progress as long as the guest writes, and a second command would be an error.
                guard update.status == .ready, !isCompleting else { continue }
                isCompleting = true
                try await job.complete()
            }
        } catch {
            throw await failure(.monitorFailed, "\(Command.name) failed", behind: error)
        }
    }
}
