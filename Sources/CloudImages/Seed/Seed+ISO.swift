import CArchive
import HostSupport
public import SystemPackage

extension Seed {
    /// The label by which cloud-init knows the volume.
    public static let volumeLabel = "cidata"

    /// Writes the seed as an ISO 9660 image with Joliet and Rock Ridge names and the volume label `cidata`.
    ///
    /// The same seed gives the same bytes but for the time of making that the format demands.
    /// - Throws: ``CloudImagesError`` with code `cannotWrite`.
    public func write(to path: FilePath) throws(CloudImagesError) {
        let image = try isoImage()
        do {
            try WholeFile.write(image, to: path)
        } catch {
            throw CloudImagesError(.cannotWrite, "\(error)", cause: error)
        }
    }

    /// The seed as the bytes of an ISO 9660 image.
    public func isoImage() throws(CloudImagesError) -> [UInt8] {
        try ISOWriter(files: files.map { (name: $0.name, bytes: Array($0.text.utf8)) }).image()
    }
}

/// Writes small ISO 9660 images through libarchive.
private struct ISOWriter {
    let files: [(name: String, bytes: [UInt8])]

    func image() throws(CloudImagesError) -> [UInt8] {
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
