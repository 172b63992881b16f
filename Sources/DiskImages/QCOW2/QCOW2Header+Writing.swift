import LibC
import Quantities

extension QCOW2Header {
    private static let clusterBits: UInt32 = 16
    private static let clusterSize = 1 << 16

    /// QEMU's limit for the first-level table, 32 MiB, as the size of the disk that it describes: 2 PiB.
    static let largestDisk = ByteCount(1 << 51)

    /// The bytes of an image with no data of its own, version 3, clusters of 64 KiB.
    ///
    /// Cluster 0 holds the header and the base's name, 1 the table of reference counts, 2 the counts, and the rest the
    /// first-level table, all of whose entries say "not here: ask the base", which is zeros where there is none.
    /// - Parameter furtherClusters: How many clusters the caller appends, to be counted as used.
    /// - Returns: The bytes up to the last that is not zero, and the length that the file must have.
    static func emptyImage(
        size: ByteCount,
        base: BaseReference?,
        furtherClusters: Int = 0,
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
        if let base {
            appendExtensions(
                [
                    Extension(type: Extension.backingFormat, data: Array(base.format.utf8)),
                    Extension(type: BaseIdentity.extensionType, data: base.identity.extensionData),
                ],
                backingFile: base.file,
                to: &image,
            )
        } else {
            image.append(UInt64(0))  // no extensions
        }
        image.padToMultiple(of: clusterSize)

        image.append(UInt64(2 * clusterSize))
        image.padToMultiple(of: clusterSize)
        for _ in 0..<clusters + furtherClusters { image.append(UInt16(1)) }
        return (image.bytes, clusters * clusterSize)
    }

    /// The most that ``image(holding:)`` takes: what one second-level table describes.
    static let largestContent = ByteCount(UInt64(clusterSize / 8 * clusterSize))

    /// The bytes of an image with this content, which stands on no other file; clusters of zeros are left out.
    static func image(holding content: [UInt8]) -> [UInt8] {
        let clusters = stride(from: 0, to: content.count, by: clusterSize)
            .map { content[$0..<min($0 + clusterSize, content.count)] }
        let zeros = [UInt8](repeating: 0, count: clusterSize)[...]
        // Whole arrays are compared by the C library; byte by byte the templates of 64 MiB would take seconds.
        let used = clusters.indices.filter { !clusters[$0].isEqual(to: zeros.prefix(clusters[$0].count)) }
        let size = (content.count + 511) / 512 * 512
        let empty = emptyImage(size: ByteCount(UInt64(size)), base: nil, furtherClusters: 1 + used.count)
        // From the format's description: the highest bit says that nobody else uses the cluster.
        func entry(_ place: Int) -> UInt64 { UInt64(place) | 1 << 63 }

        var image = BigEndianWriter(bytes: empty.bytes)
        image.padToMultiple(of: clusterSize)
        image.append(entry(empty.fileSize))
        image.padToMultiple(of: clusterSize)
        let table = image.bytes.count
        image.bytes += [UInt8](repeating: 0, count: clusterSize)
        for index in used {
            image.replace(at: table + index * 8, with: entry(image.bytes.count))
            image.bytes += clusters[index]
            image.padToMultiple(of: clusterSize)
        }
        return image.bytes
    }

    /// The base of an image that holds only what differs from it.
    struct BaseReference {
        let file: String
        let format: String
        let identity: BaseIdentity
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

extension ArraySlice<UInt8> {
    fileprivate func isEqual(to other: Self) -> Bool {
        withUnsafeBytes { own in
            other.withUnsafeBytes { other in
                guard own.count == other.count, let left = own.baseAddress, let right = other.baseAddress else {
                    return own.count == other.count
                }
                return memcmp(left, right, own.count) == 0
            }
        }
    }
}
