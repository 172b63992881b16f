import CArchive

/// Reads small ISO 9660 images through libarchive.
enum ISOReading {
    private static let sector = 2048

    /// The volume's label; nil when the bytes are not an ISO 9660 image.
    static func label(of bytes: [UInt8]) -> String? {
        // The primary volume descriptor is the first of those that begin at sector 16.
        let start = 16 * sector
        guard bytes.count >= start + sector, bytes[start] == 1,
            bytes[(start + 1)..<(start + 6)].elementsEqual("CD001".utf8)
        else { return nil }
        let label = String(decoding: bytes[(start + 40)..<(start + 72)], as: UTF8.self)
        return String(label.reversed().drop { $0 == " " || $0 == "\0" }.reversed())
    }

    static func files(of bytes: [UInt8], name: String) throws(CloudInitError) -> [String: [UInt8]] {
        let reader = ArchiveReader()
        archive_read_support_format_iso9660(reader.pointer)
        return try reader.files(in: bytes) { reason in
            guard let reason else {
                return CloudInitError(.badSeed, "\(name): its files are larger than any seed's; use a seed image")
            }
            return CloudInitError(.badSeed, "\(name): is a damaged ISO 9660 image (\(reason)); write it again")
        }
    }
}
