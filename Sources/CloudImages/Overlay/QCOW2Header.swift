import Quantities

/// The layout of an empty qcow2 file with a backing file.
///
/// Source: `docs/interop/qcow2.txt` of QEMU.
enum QCOW2Header {
    static let magic: UInt32 = 0x5146_49FB
    private static let clusterBits: UInt32 = 16
    private static let clusterSize = 1 << 16
    private static let backingFormatExtension: UInt32 = 0xE279_2ACA

    /// The bytes of an image with no data of its own, version 3, clusters of 64 KiB.
    ///
    /// Cluster 0 holds the header and the backing file's name, 1 the table of reference counts, 2 the counts, and the
    /// rest the first-level table, all of whose entries say "not here: ask the base".
    static func emptyImage(size: ByteCount, backingFile: String, backingFormat: String) -> [UInt8] {
        // A second-level table is one cluster of 8-byte entries, each for one cluster.
        let perEntry = UInt64(clusterSize / 8) * UInt64(clusterSize)
        let entries = (size.bytes + perEntry - 1) / perEntry
        let tableClusters = max(1, (Int(entries) * 8 + clusterSize - 1) / clusterSize)
        let clusters = 3 + tableClusters

        var header = BigEndianBytes()
        header.append(magic)
        header.append(UInt32(3))
        let backingPlace = header.bytes.count
        header.append(UInt64(0))
        header.append(UInt32(backingFile.utf8.count))
        header.append(clusterBits)
        header.append(size.bytes)
        header.append(UInt32(0))  // no encryption
        header.append(UInt32(entries))
        header.append(UInt64(3 * clusterSize))
        header.append(UInt64(clusterSize))
        header.append(UInt32(1))  // clusters of the table of reference counts
        header.append(UInt32(0))  // no snapshots
        header.append(UInt64(0))
        header.append(UInt64(0))  // incompatible, compatible and autoclear features: none
        header.append(UInt64(0))
        header.append(UInt64(0))
        header.append(UInt32(4))  // reference counts of 16 bits
        header.append(UInt32(104))
        header.append(backingFormatExtension)
        header.append(UInt32(backingFormat.utf8.count))
        header.bytes += Array(backingFormat.utf8)
        header.padToMultiple(of: 8)
        header.append(UInt64(0))  // end of extensions
        header.replace(at: backingPlace, with: UInt64(header.bytes.count))
        header.bytes += Array(backingFile.utf8)
        header.padToMultiple(of: clusterSize)

        header.append(UInt64(2 * clusterSize))
        header.padToMultiple(of: clusterSize)
        for _ in 0..<clusters { header.append(UInt16(1)) }
        header.padToMultiple(of: clusterSize)
        header.bytes += Array(repeating: 0, count: tableClusters * clusterSize)
        return header.bytes
    }
}

/// Bytes with integers in network order.
private struct BigEndianBytes {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func replace(at index: Int, with value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(index..<index + $0.count, with: $0) }
    }

    mutating func padToMultiple(of unit: Int) {
        bytes += Array(repeating: 0, count: (unit - bytes.count % unit) % unit)
    }
}
