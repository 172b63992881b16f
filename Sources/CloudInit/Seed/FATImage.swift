/// A small FAT12 or FAT16 image with long names, as `mkfs.vfat` lays it out.
///
/// Source: Microsoft's FAT specification, version 1.03.
struct FATImage {
    let files: [(name: String, bytes: [UInt8])]

    static let sectorSize = 512
    private static let clusterSize = 2048
    private static let rootEntries = 512
    /// Below this number of clusters a volume is FAT12, whatever it says of itself.
    private static let firstFAT16 = 4085

    /// The image's bytes.
    ///
    /// - Throws: ``CloudInitError`` with code `badSeed` when the files are more than FAT16 holds here, 128 MB.
    func bytes() throws(CloudInitError) -> [UInt8] {
        let needed = files.reduce(0) { $0 + ($1.bytes.count + Self.clusterSize - 1) / Self.clusterSize }
        // A few clusters to spare; the margin keeps readers that count clusters otherwise from another FAT type.
        let clusters = needed < 3900 ? max(64, needed + 8) : max(Self.firstFAT16 + 16, needed + 8)
        guard clusters < 65500 else {
            throw CloudInitError(.badSeed, "the seed's files are too large for vfat; write it as iso9660")
        }
        let isFAT12 = clusters < Self.firstFAT16
        let tableBytes = isFAT12 ? ((clusters + 2) * 3 + 1) / 2 : (clusters + 2) * 2
        let layout = Layout(
            clusters: clusters,
            isFAT12: isFAT12,
            tableSectors: (tableBytes + Self.sectorSize - 1) / Self.sectorSize,
        )
        var image = [UInt8](repeating: 0, count: layout.totalSectors * Self.sectorSize)
        image.replaceSubrange(0..<Self.sectorSize, with: bootSector(layout))
        var table = FileTable(layout)
        var directory = Directory()
        directory.addLabel(Seed.volumeLabel)
        var next = 2
        for (index, file) in files.enumerated() {
            let count = (file.bytes.count + Self.clusterSize - 1) / Self.clusterSize
            directory.add(file.name, number: index + 1, cluster: count == 0 ? 0 : next, size: file.bytes.count)
            table.chain(next..<(next + count))
            let start = layout.dataOffset + (next - 2) * Self.clusterSize
            image.replaceSubrange(start..<(start + file.bytes.count), with: file.bytes)
            next += count
        }
        for copy in 0..<2 {
            let start = (1 + copy * layout.tableSectors) * Self.sectorSize
            image.replaceSubrange(start..<(start + table.bytes.count), with: table.bytes)
        }
        image.replaceSubrange(layout.rootOffset..<(layout.rootOffset + directory.bytes.count), with: directory.bytes)
        return image
    }

    private func bootSector(_ layout: Layout) -> [UInt8] {
        var sector: [UInt8] = [0xEB, 0x3C, 0x90] + Array("MSWIN4.1".utf8)
        sector += littleEndian(Self.sectorSize, 2) + [UInt8(Self.clusterSize / Self.sectorSize)]
        sector += littleEndian(1, 2) + [2] + littleEndian(Self.rootEntries, 2)
        sector += littleEndian(layout.totalSectors < 65536 ? layout.totalSectors : 0, 2) + [0xF8]
        sector += littleEndian(layout.tableSectors, 2) + littleEndian(32, 2) + littleEndian(64, 2) + littleEndian(0, 4)
        sector += littleEndian(layout.totalSectors < 65536 ? 0 : layout.totalSectors, 4)
        // The serial number is fixed, so that the same files give the same bytes.
        sector += [0x80, 0, 0x29] + littleEndian(0x5155_4956, 4)
        sector += Self.padded(Seed.volumeLabel.uppercased(), 11) + Self.padded(layout.isFAT12 ? "FAT12" : "FAT16", 8)
        sector += [UInt8](repeating: 0, count: 510 - sector.count) + [0x55, 0xAA]
        return sector
    }

    fileprivate static func padded(_ text: String, _ count: Int) -> [UInt8] {
        Array((text + String(repeating: " ", count: count)).utf8.prefix(count))
    }

    /// Where the parts of the volume lie.
    private struct Layout {
        let clusters: Int
        let isFAT12: Bool
        let tableSectors: Int

        var rootOffset: Int { (1 + 2 * tableSectors) * FATImage.sectorSize }
        var dataOffset: Int { rootOffset + FATImage.rootEntries * 32 }
        var totalSectors: Int { (dataOffset + clusters * FATImage.clusterSize) / FATImage.sectorSize }
    }

    /// The file allocation table, in either width.
    private struct FileTable {
        private(set) var bytes: [UInt8]
        private let isFAT12: Bool

        init(_ layout: Layout) {
            isFAT12 = layout.isFAT12
            bytes = [UInt8](repeating: 0, count: layout.tableSectors * FATImage.sectorSize)
            set(0, 0xFFF8)
            set(1, 0xFFFF)
        }

        mutating func chain(_ clusters: Range<Int>) {
            for cluster in clusters { set(cluster, cluster + 1 == clusters.upperBound ? 0xFFFF : cluster + 1) }
        }

        private mutating func set(_ cluster: Int, _ value: Int) {
            guard isFAT12 else {
                bytes.replaceSubrange((cluster * 2)..<(cluster * 2 + 2), with: littleEndian(value, 2))
                return
            }
            let place = cluster * 3 / 2
            if cluster.isMultiple(of: 2) {
                bytes[place] = UInt8(value & 0xFF)
                bytes[place + 1] = bytes[place + 1] & 0xF0 | UInt8(value >> 8 & 0x0F)
            } else {
                bytes[place] = bytes[place] & 0x0F | UInt8(value << 4 & 0xF0)
                bytes[place + 1] = UInt8(value >> 4 & 0xFF)
            }
        }
    }

    /// The entries of the root directory.
    private struct Directory {
        private(set) var bytes: [UInt8] = []

        mutating func addLabel(_ label: String) {
            addEntry(FATImage.padded(label.uppercased(), 11), attributes: 0x08, cluster: 0, size: 0)
        }

        mutating func add(_ name: String, number: Int, cluster: Int, size: Int) {
            let short = FATImage.padded("FILE\(number)", 8) + FATImage.padded("", 3)
            let checksum = short.reduce(UInt8(0)) { ($0 & 1) << 7 &+ $0 >> 1 &+ $1 }
            let units = Array(name.utf16)
            // Thirteen units an entry, the last entry first; a zero ends the name, and all ones fill the rest.
            let pieces = (units.count + 12) / 13
            for piece in (0..<pieces).reversed() {
                let filled: [UInt16] = (piece * 13..<piece * 13 + 13).map { index in
                    index < units.count ? units[index] : index == units.count ? 0 : 0xFFFF
                }
                let text = filled.flatMap { littleEndian(Int($0), 2) }
                bytes += [UInt8(piece + 1) | (piece == pieces - 1 ? 0x40 : 0)] + text[0..<10]
                bytes += [0x0F, 0, checksum] + text[10..<22] + [0, 0] + text[22..<26]
            }
            addEntry(short, attributes: 0x20, cluster: cluster, size: size)
        }

        private mutating func addEntry(_ name: [UInt8], attributes: UInt8, cluster: Int, size: Int) {
            // 1980-01-01, the first day of FAT.
            let day = littleEndian(1 << 5 | 1, 2)
            bytes += name + [attributes, 0, 0] + [0, 0] + day + day + [0, 0] + [0, 0] + day
            bytes += littleEndian(cluster, 2) + littleEndian(size, 4)
        }
    }
}

private func littleEndian(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
