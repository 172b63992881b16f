public import Quantities

/// The identity of a base image when an overlay was created on it, stored in the overlay's header.
///
/// A modified base silently corrupts its overlays, and a moved one is hard to find again. QEMU keeps header extensions
/// that it does not know, so the identity stays with the overlay for life.
public struct BaseIdentity: Sendable, Hashable, Codable {
    /// The base's name as the overlay recorded it then; another name now means another program rebased the overlay.
    public let backingFile: String
    /// The length of the base's file.
    public let fileSize: ByteCount
    /// When the base was last written, in nanoseconds since 1970; moving and copying with `cp -p` keep it.
    public let modified: Int64

    /// The type of the header extension: `QVRB` in ASCII, which the format leaves free for other programs.
    static let extensionType: UInt32 = 0x5156_5242
    private static let version: UInt32 = 1

    init(backingFile: String, base: borrowing DiskFile) {
        self.backingFile = backingFile
        fileSize = ByteCount(base.count)
        modified = base.status.modified
    }

    /// Whether a file looks like the same base, wherever it is now.
    func matches(_ base: borrowing DiskFile) -> Bool {
        fileSize.bytes == base.count && modified == base.status.modified
    }

    init?(extensionData bytes: [UInt8]) {
        var reader = BigEndianReader(bytes)
        guard
            reader.integer(UInt32.self) == Self.version,
            let size = reader.integer(UInt64.self),
            let modified = reader.integer(UInt64.self),
            let backingFile = reader.text(reader.remaining)
        else { return nil }
        fileSize = ByteCount(size)
        self.modified = Int64(bitPattern: modified)
        self.backingFile = backingFile
    }

    var extensionData: [UInt8] {
        var writer = BigEndianWriter()
        writer.append(Self.version)
        writer.append(fileSize.bytes)
        writer.append(UInt64(bitPattern: modified))
        writer.append(backingFile)
        return writer.bytes
    }
}
