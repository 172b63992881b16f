import CArchive

/// Texts compressed by gzip, which cloud-init unpacks by itself.
package enum Gzip {
    /// Whether the bytes begin as gzip's do.
    package static func isCompressed(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1F, 0x8B])
    }

    /// Unpacks; 64 MiB are the most.
    ///
    /// - Parameter name: What the error calls it.
    /// - Throws: ``CloudInitError`` with code `badSeed`.
    package static func unpack(_ bytes: [UInt8], named name: String) throws(CloudInitError) -> [UInt8] {
        let reader = ArchiveReader()
        archive_read_support_filter_gzip(reader.pointer)
        archive_read_support_format_raw(reader.pointer)
        archive_read_support_format_empty(reader.pointer)
        let files = try reader.files(in: bytes) { reason in
            let trouble = reason.map { "cannot be unpacked (\($0))" } ?? "is larger unpacked than any seed"
            return CloudInitError(.badSeed, "\(name): is compressed and \(trouble); compress it again with: gzip -9")
        }
        return files.values.first ?? []
    }

    /// Compresses; the same bytes give the same result.
    static func pack(_ bytes: [UInt8]) throws(CloudInitError) -> [UInt8] {
        let writer = ArchiveWriter()
        archive_write_set_format_raw(writer.pointer)
        archive_write_add_filter_gzip(writer.pointer)
        // A time of making would make two seeds of the same content differ.
        try writer.check(archive_write_set_filter_option(writer.pointer, "gzip", "timestamp", nil))
        // What does not compress grows by five bytes in 16 KiB.
        return try writer.bytes(of: [(name: "data", bytes: bytes)], capacity: 4096 + bytes.count + bytes.count / 512)
    }
}
