/// A FAT12 or FAT16 volume, read with every number checked against the bytes that there are.
struct FATVolume {
    private let bytes: [UInt8]
    private let tableOffset: Int
    private let rootOffset: Int
    private let rootEntries: Int
    private let dataOffset: Int
    private let clusterSize: Int
    private let clusters: Int

    /// A long name has 255 units at the most, 13 in a piece.
    private static let mostNamePieces = 20

    private var isFAT12: Bool { clusters < 4085 }

    /// Nil when the bytes do not begin like such a volume.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 512, bytes[510] == 0x55, bytes[511] == 0xAA, bytes[0] == 0xEB || bytes[0] == 0xE9 else {
            return nil
        }
        func number(_ offset: Int, _ count: Int) -> Int { Self.number(bytes, offset, count) }
        let sector = number(11, 2)
        let perCluster = Int(bytes[13])
        let tables = Int(bytes[16])
        let entries = number(17, 2)
        let total = number(19, 2) == 0 ? number(32, 4) : number(19, 2)
        let perTable = number(22, 2)
        guard [512, 1024, 2048, 4096].contains(sector), perCluster > 0, perCluster.nonzeroBitCount == 1, tables > 0,
            entries > 0, perTable > 0
        else { return nil }
        tableOffset = number(14, 2) * sector
        rootOffset = tableOffset + tables * perTable * sector
        rootEntries = entries
        dataOffset = rootOffset + (entries * 32 + sector - 1) / sector * sector
        clusterSize = perCluster * sector
        guard total * sector > dataOffset, dataOffset <= bytes.count else { return nil }
        clusters = (total * sector - dataOffset) / clusterSize
        guard clusters < 65525 else { return nil }
        self.bytes = bytes
    }

    /// The volume's label: that of the root directory, or else of the boot sector.
    var label: String {
        let entry = entries.first { $0[11] & 0x08 != 0 && $0[11] != 0x0F }
        return Self.text(entry?[0..<11] ?? bytes[43..<54])
    }

    /// The files of the root directory.
    func files(name: String) throws(CloudInitError) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        // The last piece of a name comes first.
        var longName: [[UInt16]] = []
        var left = SeedImage.limit
        for entry in entries {
            if entry[11] == 0x0F {
                longName.append(Self.longNameUnits(entry))
                // A directory of nothing but pieces would be a name of a megabyte.
                guard longName.count <= Self.mostNamePieces else {
                    throw CloudInitError(.badSeed, "\(name): a file's name in it is too long; write the seed again")
                }
                continue
            }
            defer { longName = [] }
            guard entry[11] & 0x18 == 0 else { continue }
            let units = longName.reversed().joined().prefix { $0 != 0 }
            let path = units.isEmpty ? Self.shortName(entry) : String(decoding: units, as: UTF16.self)
            guard let content = content(of: entry, limit: left) else {
                throw CloudInitError(.badSeed, "\(name): the file \(path) in it is damaged; write the seed again")
            }
            left -= content.count
            files[path] = content
        }
        return files
    }

    /// The entries in use, each of 32 bytes.
    private var entries: [[UInt8]] {
        var entries: [[UInt8]] = []
        for index in 0..<rootEntries {
            let offset = rootOffset + index * 32
            guard offset + 32 <= bytes.count, bytes[offset] != 0 else { break }
            if bytes[offset] != 0xE5 { entries.append(Array(bytes[offset..<(offset + 32)])) }
        }
        return entries
    }

    private func content(of entry: [UInt8], limit: Int) -> [UInt8]? {
        let size = Self.number(entry, 28, 4)
        guard size <= limit else { return nil }
        var content: [UInt8] = []
        var cluster = Self.number(entry, 26, 2)
        // A chain that is longer than the file needs is not followed, so one that runs in a circle ends too.
        while content.count < size {
            let offset = dataOffset + (cluster - 2) * clusterSize
            guard cluster >= 2, cluster < clusters + 2, offset < bytes.count else { return nil }
            content += bytes[offset..<min(offset + min(clusterSize, size - content.count), bytes.count)]
            guard offset + clusterSize <= bytes.count || content.count == size, let next = next(after: cluster) else {
                return content.count == size ? content : nil
            }
            cluster = next
        }
        return content
    }

    private func next(after cluster: Int) -> Int? {
        guard isFAT12 else {
            let place = tableOffset + cluster * 2
            return place + 2 <= bytes.count ? Self.number(bytes, place, 2) : nil
        }
        let place = tableOffset + cluster * 3 / 2
        guard place + 2 <= bytes.count else { return nil }
        let pair = Self.number(bytes, place, 2)
        return cluster.isMultiple(of: 2) ? pair & 0xFFF : pair >> 4
    }

    private static func longNameUnits(_ entry: [UInt8]) -> [UInt16] {
        (Array(stride(from: 1, to: 11, by: 2)) + Array(stride(from: 14, to: 26, by: 2)) + [28, 30])
            .map { UInt16(number(entry, $0, 2)) }
    }

    private static func shortName(_ entry: [UInt8]) -> String {
        let (name, suffix) = (text(entry[0..<8]).lowercased(), text(entry[8..<11]).lowercased())
        return suffix.isEmpty ? name : "\(name).\(suffix)"
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(String(decoding: bytes, as: UTF8.self).reversed().drop { $0 == " " || $0 == "\0" }.reversed())
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
}
