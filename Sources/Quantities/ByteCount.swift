/// A size in bytes, so that no bare integer has to say what it counts.
///
/// The text form is QEMU's and coreutils': a whole number with an optional suffix `K`, `M`, `G` or `T`,
/// each 1024 times the one before. `512M` and `4G` parse; `banana`, `-1` and `1.5G` do not.
public struct ByteCount: Hashable, Comparable, Sendable, Codable {
    /// The number of bytes.
    public var bytes: UInt64

    /// Makes a size from a number of bytes.
    public init(_ bytes: UInt64) {
        self.bytes = bytes
    }

    /// No bytes.
    public static let zero = Self(0)

    /// A number of KiB, each 1024 bytes.
    public static func kibibytes(_ count: UInt64) -> Self { Self(count << 10) }

    /// A number of MiB, each 1024 KiB.
    public static func mebibytes(_ count: UInt64) -> Self { Self(count << 20) }

    /// A number of GiB, each 1024 MiB.
    public static func gibibytes(_ count: UInt64) -> Self { Self(count << 30) }

    /// Compares the numbers of bytes.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes < right.bytes
    }

    /// Encodes as a bare number of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    /// Decodes a bare number of bytes.
    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(UInt64.self)
    }
}
