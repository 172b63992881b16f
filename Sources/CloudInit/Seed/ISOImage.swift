import CArchive

/// A small ISO 9660 image with Joliet and Rock Ridge names and the seed's volume label, made by libarchive.
struct ISOImage {
    let files: [(name: String, bytes: [UInt8])]

    /// The image's bytes.
    func bytes() throws(CloudInitError) -> [UInt8] {
        let writer = ArchiveWriter()
        archive_write_set_format_iso9660(writer.pointer)
        // Padding to a multiple of 32 KiB and more is for burning to a disc, which nobody will.
        let options = "iso9660:volume-id=\(Seed.volumeLabel),iso9660:joliet=1,iso9660:rockridge=useful,iso9660:!pad"
        try writer.check(archive_write_set_options(writer.pointer, options))
        // An ISO image of this size: 300 sectors of tables at the most, and each file rounded up to whole sectors.
        return try writer.bytes(of: files, capacity: 300 * 2048 + files.reduce(0) { $0 + $1.bytes.count + 4096 })
    }
}
