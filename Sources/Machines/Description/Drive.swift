public import SystemPackage

/// A disk of the machine and the file behind it.
public struct Drive: Hashable, Codable, Sendable {
    /// The file's format.
    public enum Format: String, Codable, Sendable {
        /// QEMU's own format, which snapshots need.
        case qcow2
        /// The disk's content byte for byte.
        case raw
    }

    /// What happens to the guest's writes on their way to the file.
    public enum Cache: String, Codable, Sendable {
        /// Through the host's page cache, to the disk when the guest flushes: safe if the host crashes.
        case writeBack
        /// Through the host's page cache, to the disk whenever the host decides: fast, for throw-away machines.
        case unsafe
    }

    /// The drive's name in QEMU, and its block node's, as in `disk0`; letters, digits, `-` and `_`.
    public var id: String
    /// The file on the host; it must exist when the machine starts.
    public var file: FilePath
    /// The file's format, which QEMU does not guess.
    public var format: Format
    /// Whether the guest can only read the drive.
    public var isReadOnly: Bool
    /// What happens to the guest's writes on their way to the file.
    public var cache: Cache

    /// Creates a drive; the parameters are its properties.
    public init(
        id: String,
        file: FilePath,
        format: Format = .qcow2,
        isReadOnly: Bool = false,
        cache: Cache = .writeBack,
    ) {
        self.id = id
        self.file = file
        self.format = format
        self.isReadOnly = isReadOnly
        self.cache = cache
    }

    /// A cloud-init seed or another image that the guest only reads.
    public static func seed(_ file: FilePath, id: String = "seed") -> Self {
        Self(id: id, file: file, format: .raw, isReadOnly: true)
    }
}
