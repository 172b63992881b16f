import CArchive

/// The owner of one of libarchive's writers, which makes an archive in memory.
struct ArchiveWriter: ~Copyable {
    let pointer = archive_write_new()

    deinit {
        archive_write_free(pointer)
    }

    /// The archive's bytes, once its format is set.
    ///
    /// - Parameters:
    ///   - files: What is in it, in this order; none has a time of its own.
    ///   - mode: The files' permissions.
    ///   - capacity: More than the archive can take.
    func bytes(
        of files: [(name: String, bytes: [UInt8])],
        mode: UInt32 = 0o444,
        capacity: Int,
    ) throws(CloudInitError) -> [UInt8] {
        try withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { buffer throws(CloudInitError) in
            // The writer keeps using it after the call that it is passed to.
            let used = UnsafeMutablePointer<Int>.allocate(capacity: 1)
            defer { used.deallocate() }
            try check(archive_write_open_memory(pointer, buffer.baseAddress, capacity, used))
            for file in files { try add(file.name, file.bytes, mode: mode) }
            try check(archive_write_close(pointer))
            return Array(buffer[..<used.pointee])
        }
    }

    private func add(_ name: String, _ bytes: [UInt8], mode: UInt32) throws(CloudInitError) {
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, Int64(bytes.count))
        archive_entry_set_filetype(entry, UInt32(S_IFREG))
        archive_entry_set_perm(entry, mode_t(mode))
        archive_entry_set_mtime(entry, 0, 0)
        try check(archive_write_header(pointer, entry))
        guard archive_write_data(pointer, bytes, bytes.count) == bytes.count else { throw error() }
    }

    func check(_ status: Int32) throws(CloudInitError) {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw error() }
    }

    private func error() -> CloudInitError {
        let reason = archive_error_string(pointer).map { String(cString: $0) } ?? "out of memory"
        // Otherwise its end would still be written, to a buffer that is gone.
        archive_write_fail(pointer)
        return CloudInitError(.cannotWrite, "the seed image cannot be written: \(reason)")
    }
}
