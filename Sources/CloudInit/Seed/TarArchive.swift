import CArchive

/// The seed's files as a tar archive, to be unpacked where cloud-init looks for a seed without a disk.
struct TarArchive {
    let files: [(name: String, bytes: [UInt8])]

    /// The archive's bytes, the same for the same files; its files are root's and readable by root alone.
    func bytes() throws(CloudInitError) -> [UInt8] {
        let writer = ArchiveWriter()
        archive_write_set_format_ustar(writer.pointer)
        // A header of 512 bytes and a last block filled up for each file; the archive's end is two blocks, filled up.
        let capacity = 32 * 1024 + files.reduce(0) { $0 + $1.bytes.count + 2048 }
        return try writer.bytes(of: files, mode: 0o600, capacity: capacity)
    }
}
