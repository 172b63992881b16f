import CloudImages
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
            throw self.error(.fileFailed, "the overlay of its drive \(drive) cannot be made", cause: error)
        }
        _ = try await command(
            "blockdev-add",
            [
                "driver": "qcow2", "node-name": .string(node), "backing": .null, "discard": "unmap",
                "file": ["driver": "file", "filename": .string(file.string)],
            ],
        )
        do {
            _ = try await command("blockdev-snapshot", ["node": .string(drive), "overlay": .string(node)])
        } catch {
            _ = try? await command("blockdev-del", ["node-name": .string(node)])
            throw error
        }
    }

    /// Writes all that an overlay holds into the file below it, which takes its place again.
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
        try await follow("block-commit", arguments, within: deadline, onProgress: onProgress)
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

    private func follow(
        _ command: String,
        _ arguments: JSONObject,
        within deadline: Duration,
        onProgress: @Sendable (DriveProgress) -> Void,
    ) async throws(MachineError) {
        let id = "quiver-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        do {
            let job = try await qmp.startJob(command, id: id, arguments)
            for try await update in job.updates(deadline: deadline) {
                onProgress(DriveProgress(completed: ByteCount(update.current), total: ByteCount(update.total)))
                // A commit from the top has caught up with the guest and waits to be told to switch over.
                if update.status == .ready { try await job.complete() }
            }
        } catch {
            throw self.error(.monitorFailed, "\(command) failed", cause: error)
        }
    }
}
