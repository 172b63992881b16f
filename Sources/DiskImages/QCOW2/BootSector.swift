/// Whether a raw file can be a bootable disk.
///
/// Any file could be a raw image; a machine started on one that is not bootable hangs in its firmware without a
/// message.
enum BootSector {
    /// What other files have in the place of a boot sector.
    private static let others: [(what: String, place: UInt64, magic: [UInt8])] = [
        ("a CD image", 32769, Array("CD001".utf8)),
        ("a bare ext4 file system without a boot sector", 1080, [0x53, 0xEF]),
        ("a bare xfs file system without a boot sector", 0, Array("XFSB".utf8)),
        ("a bare btrfs file system without a boot sector", 65600, Array("_BHRfS_M".utf8)),
        ("a squashfs file system", 0, Array("hsqs".utf8)),
        ("a tar archive", 257, Array("ustar".utf8)),
        ("a program", 0, [0x7F, 0x45, 0x4C, 0x46]),
    ]

    /// Refuses a raw disk without an MBR's signature and without a GPT.
    ///
    /// - Throws: ``DiskImageError`` with code `badImage` that says what the file is instead.
    static func check(_ disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) {
        guard let what = try oddity(of: disk) else { return }
        throw DiskImageError(
            .badImage,
            "\(disk.name): is \(what), which cannot be booted; "
                + "use a cloud image's disk, or an image's name, e.g. debian:12"
        )
    }

    /// The kind of a raw file that has neither an MBR's signature nor a GPT; nil for one that has.
    static func oddity(of disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) -> String? {
        if try has([0x55, 0xAA], at: 510, of: disk) { return nil }
        // The first copy of a GPT lies in the second sector, of whichever size.
        for sector: UInt64 in [512, 4096] where try has(Array("EFI PART".utf8), at: sector, of: disk) { return nil }
        for other in others where try has(other.magic, at: other.place, of: disk) { return other.what }
        return "neither a qcow2 image nor a raw disk with a boot sector or partitions"
    }

    private static func has(
        _ magic: [UInt8],
        at place: UInt64,
        of disk: borrowing some DiskBytes & ~Copyable,
    ) throws(DiskImageError) -> Bool {
        guard place + UInt64(magic.count) <= disk.count else { return false }
        return try disk.read(at: place, count: magic.count) == magic
    }
}

extension DiskFacts {
    /// Refuses a raw file without a boot sector, such as any file that is not a disk.
    ///
    /// - Throws: ``DiskImageError`` with code `badImage` that says what the file is instead.
    public func checkBootable() throws(DiskImageError) {
        guard format == .raw else { return }
        try BootSector.check(try DiskFile(path))
    }
}
