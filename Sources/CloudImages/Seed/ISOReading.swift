import CArchive

/// Reads small ISO 9660 images through libarchive.
enum ISOReading {
    private static let sector = 2048

    /// The volume's label; nil when the bytes are no ISO 9660 image.
    static func label(of bytes: [UInt8]) -> String? {
        // The primary volume descriptor is the first of those that begin at sector 16.
        let start = 16 * sector
        guard bytes.count >= start + sector, bytes[start] == 1,
            bytes[(start + 1)..<(start + 6)].elementsEqual("CD001".utf8)
        else { return nil }
        let label = String(decoding: bytes[(start + 40)..<(start + 72)], as: UTF8.self)
        return String(label.reversed().drop { $0 == " " || $0 == "\0" }.reversed())
    }

    static func files(of bytes: [UInt8], name: String) throws(CloudImagesError) -> [String: [UInt8]] {
        let reader = ArchiveReader()
        archive_read_support_format_iso9660(reader.pointer)
        return try bytes.withUnsafeBufferPointer { buffer throws(CloudImagesError) in
            guard archive_read_open_memory(reader.pointer, buffer.baseAddress, buffer.count) == ARCHIVE_OK else {
                throw reader.error(name)
            }
            return try reader.files(name)
        }
    }
}

/// The owner of one libarchive reader.
private struct ArchiveReader: ~Copyable {
    let pointer = archive_read_new()

    deinit {
        archive_read_free(pointer)
    }

    func files(_ name: String) throws(CloudImagesError) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var left = SeedImage.limit
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(pointer, &entry) {
            case ARCHIVE_EOF: return files
            case ARCHIVE_OK, ARCHIVE_WARN: break
            default: throw error(name)
            }
            guard archive_entry_filetype(entry) == UInt32(S_IFREG), let path = archive_entry_pathname(entry) else {
                continue
            }
            let content = try content(name, limit: left)
            left -= content.count
            files[String(cString: path)] = content
        }
    }

    private func content(_ name: String, limit: Int) throws(CloudImagesError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = archive_read_data(pointer, &buffer, buffer.count)
            if count == 0 { return content }
            guard count > 0 else { throw error(name) }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw CloudImagesError(.badSeed, "\(name): its files are larger than any seed's; give a seed's image")
            }
        }
    }

    func error(_ name: String) -> CloudImagesError {
        let reason = archive_error_string(pointer).map { String(cString: $0) } ?? "out of memory"
        return CloudImagesError(.badSeed, "\(name): is a damaged ISO 9660 image (\(reason)); write it again")
    }
}
