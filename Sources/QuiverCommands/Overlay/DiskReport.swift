import DiskImages
import Quantities
import SystemPackage

/// The facts of a disk image as the commands print them.
struct DiskReport: Renderable {
    let path: String
    let format: String
    let virtualSize: UInt64
    let occupiedSize: UInt64
    let backingFile: String?
    let backingFormat: String?
    let snapshots: [String]

    init(_ facts: DiskFacts) {
        path = facts.path.string
        format = facts.format.rawValue
        virtualSize = facts.virtualSize.bytes
        occupiedSize = facts.occupiedSize.bytes
        backingFile = facts.qcow2?.backingFile
        backingFormat = facts.qcow2?.backingFormat
        snapshots = facts.qcow2?.snapshots.map(\.name) ?? []
    }

    /// The image in one line, as in `vm.qcow2: 8 GiB (193 KiB on disk), base debian.qcow2`.
    var text: String {
        var line = "\(path): \(format), \(ByteCount(virtualSize)) (\(ByteCount(occupiedSize)) on disk)"
        if let backingFile { line += ", base \(backingFile)" }
        if !snapshots.isEmpty { line += ", snapshots \(snapshots.joined(separator: ", "))" }
        return line
    }
}
