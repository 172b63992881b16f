import CArchive

/// A small ISO 9660 image with Joliet and Rock Ridge names and the seed's volume label, made by libarchive.
struct ISOImage {
    let files: [(name: String, bytes: [UInt8])]

    /// The image's bytes.
    func bytes() throws(CloudImagesError) -> [UInt8] {
        let writer = ArchiveHandle(archive_write_new())
        archive_write_set_format_iso9660(writer.pointer)
        // Padding to a multiple of 32 KiB and more is for burning to a disc, which nobody will.
        let options = "iso9660:volume-id=\(Seed.volumeLabel),iso9660:joliet=1,iso9660:rockridge=useful,iso9660:!pad"
        try writer.check(archive_write_set_options(writer.pointer, options))
        // An ISO image of this size: 300 sectors of tables at the most, and each file rounded up to whole sectors.
        let capacity = 300 * 2048 + files.reduce(0) { $0 + $1.bytes.count + 4096 }
        return try withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) {
            buffer throws(CloudImagesError) in
            var used = 0
            try writer.check(archive_write_open_memory(writer.pointer, buffer.baseAddress, capacity, &used))
            for file in files { try add(file.name, file.bytes, to: writer) }
            try writer.check(archive_write_close(writer.pointer))
            return Array(buffer[..<used])
        }
    }

    private func add(_ name: String, _ bytes: [UInt8], to writer: borrowing ArchiveHandle) throws(CloudImagesError) {
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, Int64(bytes.count))
        archive_entry_set_filetype(entry, UInt32(S_IFREG))
        archive_entry_set_perm(entry, 0o444)
        archive_entry_set_mtime(entry, 0, 0)
        try writer.check(archive_write_header(writer.pointer, entry))
        guard archive_write_data(writer.pointer, bytes, bytes.count) == bytes.count else {
            throw writer.error()
        }
    }
}

/// The owner of one libarchive writer.
private struct ArchiveHandle: ~Copyable {
    let pointer: OpaquePointer?

    init(_ pointer: OpaquePointer?) {
        self.pointer = pointer
    }

    deinit {
        archive_write_free(pointer)
    }

    func check(_ status: Int32) throws(CloudImagesError) {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw error() }
    }

    func error() -> CloudImagesError {
        let reason = archive_error_string(pointer).map { String(cString: $0) } ?? "out of memory"
        return CloudImagesError(.cannotWrite, "the seed image cannot be written: \(reason)")
    }
}
