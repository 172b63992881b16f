import DiskImages
import HostSupport
import Machines
import Quantities
import SystemPackage

/// Everything that is known about a disk image, as `quiver image info` prints it.
struct DiskDetail: Renderable {
    let disk: String
    let format: String
    let virtualSize: ByteCount
    let fileSize: ByteCount
    let occupiedSize: ByteCount
    /// The path of the base in the header; nil without a base, and if it is not a local file.
    let backingPath: String?
    let qcow2: QCOW2Facts?

    init(_ facts: DiskFacts) {
        disk = facts.path.string
        format = facts.format.rawValue
        virtualSize = facts.virtualSize
        fileSize = facts.fileSize
        occupiedSize = facts.occupiedSize
        qcow2 = facts.qcow2
        backingPath = facts.qcow2?.backingFile.flatMap { name in
            switch BackingName(name, recordedBy: facts.path.absolute) {
            case .file(let path, _): path.string
            case .remote: nil
            }
        }
    }

    var text: String {
        let sizes = "\(virtualSize) for the guest, \(occupiedSize) on disk"
        return (["disk          \(disk) (\(format))", "size          \(sizes)"] + qcow2Lines).joined(separator: "\n")
    }

    private var qcow2Lines: [String] {
        guard let qcow2 else { return [] }
        var lines = [
            "version       \(qcow2.version) (compat \(qcow2.version == 2 ? "0.10" : "1.1"))",
            "clusters      \(qcow2.clusterSize), \(qcow2.referenceCountBits)-bit reference counts, "
                + "compression \(qcow2.compression.rawValue)",
        ]
        if qcow2.encryption != .none { lines.append("encryption    \(qcow2.encryption.rawValue)") }
        if let base = qcow2.backingFile {
            let isNamedByPath = backingPath == nil || backingPath == base
            let place = isNamedByPath ? "" : ", which is \(backingPath ?? "")"
            lines.append("base          \(base) (\(qcow2.backingFormat ?? "format not recorded"))\(place)")
        }
        if let data = qcow2.dataFile { lines.append("data          \(data)\(qcow2.isDataFileRaw ? " (raw)" : "")") }
        let traits = [
            (qcow2.hasLazyReferenceCounts, "lazy reference counts"), (qcow2.hasExtendedL2, "extended L2"),
            (qcow2.isDirty, "dirty: not closed properly"), (qcow2.isCorrupt, "corrupt: marked by QEMU"),
        ]
        let present = traits.filter(\.0).map(\.1)
        if !present.isEmpty { lines.append("traits        \(present.joined(separator: ", "))") }
        lines += qcow2.snapshots.map { "snapshot      \($0.summary)" }
        lines += qcow2.bitmaps.map { "bitmap        \($0.summary)" }
        return lines
    }
}

extension QCOW2Facts.Snapshot {
    /// The snapshot in one line, as in `1 clean, saved 3 h 10 m ago, memory 17 MiB, after 12.5 s of running`.
    fileprivate var summary: String {
        let age = Duration.seconds(max(0, WallClock.now - Double(dateSeconds)))
        var parts = ["\(id) \(name)", "saved \(age.shortText) ago"]
        if vmStateSize > .zero { parts.append("memory \(vmStateSize)") }
        if vmClockNanoseconds > 0 {
            let clock = Duration.nanoseconds(Int64(clamping: vmClockNanoseconds))
            parts.append("after \(clock.shortText) of running")
        }
        if let instructionCount { parts.append("\(instructionCount) instructions") }
        return parts.joined(separator: ", ")
    }
}

extension QCOW2Facts.Bitmap {
    fileprivate var summary: String {
        var parts = ["\(name)", "granularity \(granularity)"]
        if isAutomatic { parts.append("kept up to date") }
        if isInUse { parts.append("left in use") }
        return parts.joined(separator: ", ")
    }
}
