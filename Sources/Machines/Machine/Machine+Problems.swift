import HostSupport
import QAPI
import QMPClient
public import Quantities
public import SystemPackage

/// A drive whose failure has paused the guest.
public struct DriveProblem: Hashable, Sendable, CustomStringConvertible {
    /// The drive's block node.
    public let drive: String
    /// The file behind the drive.
    public let file: FilePath
    /// Whether the host's disk is full; otherwise reading or writing failed.
    public let isFull: Bool
    /// The free space on the file's disk; nil if the system does not say.
    public let free: ByteCount?

    /// The problem in one line that names the drive and its file.
    public var description: String {
        let room = free.map { ", \($0) free" } ?? ""
        return isFull
            ? "drive \(drive): no space left for \(file)\(room); free some space, then resume the guest"
            : "drive \(drive): \(file) cannot be read or written\(room)"
    }
}

extension Machine {
    /// The drives whose failure has paused the guest; empty if none has.
    public func driveProblems() async throws(MachineError) -> [DriveProblem] {
        // QEMU still reports a failure that is long over.
        guard try await runState() == .ioError else { return [] }
        let drives: [BlockInfo]
        do {
            drives = try await qmp.queryBlock()
        } catch {
            throw await failure(.monitorFailed, "cannot list its drives", behind: error)
        }
        return drives.compactMap { drive in
            guard let status = drive.ioStatus, status != .ok, let inserted = drive.inserted else { return nil }
            let file = FilePath(inserted.file)
            return DriveProblem(
                drive: inserted.nodeName ?? drive.device,
                file: file,
                isFull: status == .nospace,
                free: HostDisk.free(at: file),
            )
        }
    }
}
