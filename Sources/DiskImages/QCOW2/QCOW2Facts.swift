public import Quantities

/// What the header of a qcow2 image says, with its snapshots and bitmaps; none of the guest's data.
///
/// Source: the format's specification, `docs/interop/qcow2.txt` of QEMU.
public struct QCOW2Facts: Sendable, Hashable, Codable {
    /// How the guest's data is encrypted.
    public enum Encryption: String, Sendable, Hashable, Codable {
        /// Not encrypted.
        case none
        /// AES-CBC, which is obsolete: QEMU does not run machines with it any more.
        case aes
        /// LUKS, with a header inside of the image.
        case luks
    }

    /// How compressed clusters are compressed.
    public enum Compression: String, Sendable, Hashable, Codable {
        /// Deflate, the default.
        case zlib
        /// Zstandard.
        case zstd
    }

    /// A snapshot inside of the image.
    public struct Snapshot: Sendable, Hashable, Codable {
        /// The identifier, unique in the image and usually a number, as in `1`.
        public let id: String
        /// The name that a person gave it, as in `before-upgrade`; it need not be unique.
        public let name: String
        /// The size of the saved RAM and device state; zero for a snapshot of the disk alone.
        public let vmStateSize: ByteCount
        /// The disk's size when the snapshot was taken; nil in files of old versions, which did not record it.
        public let diskSize: ByteCount?
        /// When it was taken, in seconds since 1970.
        public let dateSeconds: UInt32
        /// The fraction of the second of ``dateSeconds``, in nanoseconds.
        public let dateNanoseconds: UInt32
        /// How long the guest had run, in nanoseconds.
        public let vmClockNanoseconds: UInt64
        /// How many instructions the guest had executed; nil where nobody counted.
        public let instructionCount: UInt64?
    }

    /// A record of which parts of the disk were written since some moment.
    public struct Bitmap: Sendable, Hashable, Codable {
        /// The name, unique in the image.
        public let name: String
        /// How many bytes of the disk one bit stands for.
        public let granularity: ByteCount
        /// Whether the bitmap was left in use by a process that did not close the image.
        public let isInUse: Bool
        /// Whether QEMU loads and updates it by itself.
        public let isAutomatic: Bool
    }

    /// 2 or 3; `qemu-img` calls them `0.10` and `1.1`.
    public let version: Int
    /// The disk's size as the guest sees it.
    public let virtualSize: ByteCount
    /// The unit in which data is stored.
    public let clusterSize: ByteCount
    /// The base image's name as it is recorded: a path, absolute or beside the image, `json:{…}` or a URL.
    public let backingFile: String?
    /// The base's format as it is recorded; nil leaves QEMU to guess.
    public let backingFormat: String?
    /// The file that holds the guest's data, when it is not this one.
    public let dataFile: String?
    /// Whether the data file is a raw image in itself.
    public let isDataFileRaw: Bool
    /// How the guest's data is encrypted.
    public let encryption: Encryption
    /// How compressed clusters are compressed.
    public let compression: Compression
    /// The width of a cluster's reference count.
    public let referenceCountBits: Int
    /// Whether reference counts may be written late, which is faster and needs a repair after a crash.
    public let hasLazyReferenceCounts: Bool
    /// Whether clusters are divided into 32 parts that are allocated one by one.
    public let hasExtendedL2: Bool
    /// Whether reference counts may be wrong because the last writer did not close the image.
    public let isDirty: Bool
    /// Whether QEMU found the image damaged and marked it so.
    public let isCorrupt: Bool
    /// The snapshots inside of the image, in the order in which it stores them.
    public let snapshots: [Snapshot]
    /// The bitmaps that the image keeps; empty when there are none.
    public let bitmaps: [Bitmap]
    /// What the base was like when Quiver made the overlay; nil when another program made it.
    public let baseIdentity: BaseIdentity?
}
