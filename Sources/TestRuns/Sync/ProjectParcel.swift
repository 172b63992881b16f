import CArchive
import HostSupport
import SystemPackage

/// Some of a project's files and folders as a tar archive in memory, all of them root's.
struct ProjectParcel: ~Copyable {
    private let pointer = archive_write_new()
    private let buffer: UnsafeMutableRawBufferPointer
    /// How much of the buffer is used; the writer tells as it goes on.
    private let used: UnsafeMutablePointer<Int>

    private init(capacity: Int) {
        buffer = .allocate(byteCount: capacity, alignment: 16)
        used = .allocate(capacity: 1)
        used.initialize(to: 0)
    }

    deinit {
        // It may still write what it has not written.
        archive_write_free(pointer)
        used.deallocate()
        buffer.deallocate()
    }

    /// The archive's bytes.
    ///
    /// - Parameters:
    ///   - names: Relative to the project; folders before what is in them.
    ///   - listing: What they are.
    /// - Returns: nil when something is not any more what it was listed as.
    static func bytes(of names: [String], in project: FilePath, _ listing: ProjectListing) -> [UInt8]? {
        let entries = names.compactMap { name in listing.entries[name].map { (name, $0) } }
        // Headers, also for a long name and a long target, and the last block filled up.
        let capacity = entries.reduce(64 << 10) { sum, file in
            sum + Int(file.1.size) + 8192 + 2 * (file.0.utf8.count + (file.1.target?.utf8.count ?? 0))
        }
        let parcel = ProjectParcel(capacity: capacity)
        return parcel.fill(entries, from: project) ? Array(parcel.buffer[..<parcel.used.pointee]) : nil
    }

    private func fill(_ entries: [(String, ProjectListing.Entry)], from project: FilePath) -> Bool {
        // Names stay the bytes that they are, and may be of any length.
        archive_write_set_format_gnutar(pointer)
        archive_write_set_bytes_in_last_block(pointer, 1)
        guard archive_write_open_memory(pointer, buffer.baseAddress, buffer.count, used) == ARCHIVE_OK else {
            return false
        }
        for (name, entry) in entries {
            guard add(name, entry, project) else { return false }
        }
        return archive_write_close(pointer) == ARCHIVE_OK
    }

    private func add(_ name: String, _ entry: ProjectListing.Entry, _ project: FilePath) -> Bool {
        let path = project.appending(name)
        guard let now = ProjectListing.Entry(of: path), now.isLike(entry), now.size == entry.size else { return false }
        let header = archive_entry_new()
        defer { archive_entry_free(header) }
        archive_entry_set_pathname(header, name)
        archive_entry_set_mode(header, mode_t(entry.mode))
        if let target = entry.target { archive_entry_set_symlink(header, target) }
        if entry.isFile {
            archive_entry_set_size(header, entry.size)
            archive_entry_set_mtime(header, time_t(entry.modified / 1_000_000_000), 0)
        } else {
            archive_entry_set_mtime(header, time(nil), 0)
        }
        guard archive_write_header(pointer, header) >= ARCHIVE_WARN else { return false }
        guard entry.isFile else { return true }
        guard let bytes = try? WholeFile.read(path), bytes.count == entry.size else { return false }
        return archive_write_data(pointer, bytes, bytes.count) == bytes.count
    }
}
