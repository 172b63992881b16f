import Quantities

extension QCOW2Header {
    private static let clusterBits: UInt32 = 16
    private static let clusterSize = 1 << 16

    /// QEMU's limit for the first-level table, 32 MiB, as the size of the disk that it describes: 2 PiB.
    static let largestDisk = ByteCount(1 << 51)

    /// The bytes of an image with no data of its own, version 3, clusters of 64 KiB.
    ///
    /// Cluster 0 holds the header and the base's name, 1 the table of reference counts, 2 the counts, and the rest the
    /// first-level table, all of whose entries say "not here: ask the base".
    /// - Returns: The bytes up to the last that is not zero, and the length that the file must have.
    static func emptyImage(
        size: ByteCount,
        backingFile: String,
        backingFormat: String,
        identity: BaseIdentity,
    ) -> (bytes: [UInt8], fileSize: Int) {
        // A second-level table is one cluster of 8-byte entries, each for one cluster.
        let perEntry = UInt64(clusterSize / 8) * UInt64(clusterSize)
        let entries = (size.bytes + perEntry - 1) / perEntry
        let tableClusters = max(1, (Int(entries) * 8 + clusterSize - 1) / clusterSize)
        let clusters = 3 + tableClusters

        var image = BigEndianWriter()
        image.append(magic)
        image.append(UInt32(3))
        image.append(UInt64(0))  // place of the base's name: set by appendExtensions
        image.append(UInt32(0))
        image.append(clusterBits)
        image.append(size.bytes)
        image.append(UInt32(0))  // no encryption
        image.append(UInt32(entries))
        image.append(UInt64(3 * clusterSize))
        image.append(UInt64(clusterSize))
        image.append(UInt32(1))  // clusters of the table of reference counts
        image.append(UInt32(0))  // no snapshots
        image.append(UInt64(0))
        image.append(UInt64(0))  // incompatible, compatible and autoclear features: none
        image.append(UInt64(0))
        image.append(UInt64(0))
        image.append(UInt32(4))  // reference counts of 16 bits
        image.append(UInt32(104))
        appendExtensions(
            [
                Extension(type: Extension.backingFormat, data: Array(backingFormat.utf8)),
                Extension(type: BaseIdentity.extensionType, data: identity.extensionData),
            ],
            backingFile: backingFile,
            to: &image,
        )
        image.padToMultiple(of: clusterSize)

        image.append(UInt64(2 * clusterSize))
        image.padToMultiple(of: clusterSize)
        for _ in 0..<clusters { image.append(UInt16(1)) }
        return (image.bytes, clusters * clusterSize)
    }

    /// Appends the extensions and the base's name to the fixed fields, and notes in these where the name lies.
    static func appendExtensions(_ extensions: [Extension], backingFile: String, to header: inout BigEndianWriter) {
        for one in extensions {
            header.append(one.type)
            header.append(UInt32(one.data.count))
            header.bytes += one.data
            header.padToMultiple(of: 8)
        }
        header.append(UInt64(0))
        header.replace(at: 8, with: UInt64(header.bytes.count))
        header.replace(at: 16, with: UInt32(backingFile.utf8.count))
        header.append(backingFile)
    }
}
