public import Quantities
public import SystemPackage

/// What a disk image's header says, and the space that it uses on the host.
public struct DiskFacts: Sendable, Hashable {
    /// The image's path, as it was given.
    public let path: FilePath
    /// The format, as it was given or as the first bytes show it.
    public let format: DiskFormat
    /// The disk's size as the guest sees it.
    public let virtualSize: ByteCount
    /// The length of the file.
    public let fileSize: ByteCount
    /// The disk space that the file uses; less than its length if it has holes.
    public let occupiedSize: ByteCount
    /// What the qcow2 header says; nil for a raw image.
    public let qcow2: QCOW2Facts?

    /// Reads the facts of the image at `path`, which may be hostile.
    ///
    /// - Parameter format: The format to take it for. Nil looks at the file's first bytes, which a guest can write in a
    ///   raw image: give the format wherever it is known.
    /// - Throws: ``DiskImageError`` with code `unreadable` when there is no such file or it cannot be read,
    ///   `badImage` when the content breaks the format, `unsupported` for the formats of other programs.
    public static func read(_ path: FilePath, format: DiskFormat? = nil) throws(DiskImageError) -> DiskFacts {
        let file = try DiskFile(path)
        return try DiskFacts(of: file, at: path, format: format)
    }

    init(of file: borrowing DiskFile, at path: FilePath, format: DiskFormat?) throws(DiskImageError) {
        self.path = path
        if let format {
            self.format = format
        } else {
            self.format = try DiskFormat.probe(file)
        }
        fileSize = ByteCount(file.count)
        occupiedSize = ByteCount(file.status.occupied)
        switch self.format {
        case .qcow2:
            let facts = try QCOW2Facts(reading: file)
            qcow2 = facts
            virtualSize = facts.virtualSize
        case .raw:
            qcow2 = nil
            // QEMU counts disks in sectors and reads zeros after the end of the file.
            virtualSize = ByteCount((file.count + 511) / 512 * 512)
        }
    }
}

extension DiskFormat {
    /// What other programs' images begin with.
    private static let foreignDisks: [(name: String, magic: [UInt8])] = [
        ("a VMware disk", Array("KDMV".utf8)),
        ("a VMware disk", Array("# Disk DescriptorFile".utf8)),
        ("a Hyper-V disk", Array("vhdxfile".utf8)),
        ("a Virtual PC disk", Array("conectix".utf8)),
        ("a VirtualBox disk", Array("<<< ".utf8)),
        ("a QED disk", Array("QED\0".utf8)),
        ("a Parallels disk", Array("WithoutFreeSpace".utf8)),
        ("a Parallels disk", Array("WithouFreSpacExt".utf8)),
    ]

    /// What other files begin with that are given for disks.
    private static let others: [(name: String, magic: [UInt8])] = [
        ("a file compressed by xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
        ("a file compressed by gzip", [0x1F, 0x8B]),
        ("a file compressed by zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ("a zip archive", Array("PK\u{3}\u{4}".utf8)),
        ("a web page", Array("<!DOCTYPE".utf8)),
        ("a web page", Array("<html".utf8)),
    ]

    /// The format that the first bytes show.
    static func probe(_ disk: borrowing some DiskBytes & ~Copyable) throws(DiskImageError) -> DiskFormat {
        let start = try disk.read(at: 0, count: Int(min(disk.count, 32)))
        guard !start.isEmpty else { throw disk.damage("the file is empty") }
        // Version 1 is another format, which QEMU calls qcow.
        if start.starts(with: qcow2Magic) { return .qcow2 }
        if let other = (foreignDisks + others).first(where: { start.starts(with: $0.magic) }) {
            throw DiskImageError(
                .unsupported,
                "\(disk.name): this is \(other.name); unpack it or convert it with: qemu-img convert -O qcow2"
            )
        }
        return .raw
    }

    private static let qcow2Magic: [UInt8] = [0x51, 0x46, 0x49, 0xFB]

    /// The name of a disk format other than raw, by its first bytes; nil if they match none.
    package static func nameOfWrapping(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: qcow2Magic) { return "a qcow2 disk" }
        return foreignDisks.first { bytes.starts(with: $0.magic) }?.name
    }
}
