import CArchive

/// The owner of one of libarchive's readers, which reads an archive in memory.
struct ArchiveReader: ~Copyable {
    let pointer = archive_read_new()

    deinit {
        archive_read_free(pointer)
    }

    /// The archive's regular files by name, once its formats are set; 64 MiB are the most.
    ///
    /// - Parameters:
    ///   - bytes: The archive, which may be hostile.
    ///   - failure: The error for a reason of libarchive's; nil stands for too much content.
    func files(
        in bytes: [UInt8],
        failure: (_ reason: String?) -> CloudInitError,
    ) throws(CloudInitError) -> [String: [UInt8]] {
        try bytes.withUnsafeBufferPointer { buffer throws(CloudInitError) in
            guard archive_read_open_memory(pointer, buffer.baseAddress, buffer.count) == ARCHIVE_OK else {
                throw failure(reason)
            }
            var files: [String: [UInt8]] = [:]
            var left = SeedImage.limit
            while true {
                var entry: OpaquePointer?
                switch archive_read_next_header(pointer, &entry) {
                case ARCHIVE_EOF: return files
                case ARCHIVE_OK, ARCHIVE_WARN: break
                default: throw failure(reason)
                }
                guard archive_entry_filetype(entry) == UInt32(S_IFREG), let path = archive_entry_pathname(entry) else {
                    continue
                }
                let content = try content(limit: left, failure: failure)
                left -= content.count
                files[String(cString: path)] = content
            }
        }
    }

    private func content(
        limit: Int,
        failure: (_ reason: String?) -> CloudInitError,
    ) throws(CloudInitError) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = archive_read_data(pointer, &buffer, buffer.count)
            if count == 0 { return content }
            guard count > 0 else { throw failure(reason) }
            content += buffer[..<count]
            guard content.count <= limit else { throw failure(nil) }
        }
    }

    private var reason: String {
        archive_error_string(pointer).map { String(cString: $0) } ?? "out of memory"
    }
}
