public import Quantities

/// The limits of a copy from a guest, since a guest can claim anything.
public struct CopyLimits: Hashable, Sendable {
    /// The most files, directories and links in one copy.
    public var entries: Int
    /// The most bytes in one copy.
    public var size: ByteCount
    /// The space that must stay free on the destination's disk.
    public var freeSpace: ByteCount
    /// The deepest nesting of directories.
    public var depth: Int
    /// The largest copy that uses the helper even if rsync is available on both sides.
    public var helperShare: ByteCount
    /// How long the guest's helper may take for one step, which moves at most half a mebibyte.
    public var step: Duration

    /// Creates limits that suit a project: 200 000 entries and 64 GiB, with 512 MiB left free on the host.
    public init(
        entries: Int = 200_000,
        size: ByteCount = .gibibytes(64),
        freeSpace: ByteCount = .mebibytes(512),
        depth: Int = 100,
        helperShare: ByteCount = .mebibytes(2),
        step: Duration = .seconds(120),
    ) {
        self.entries = entries
        self.size = size
        self.freeSpace = freeSpace
        self.depth = depth
        self.helperShare = helperShare
        self.step = step
    }
}
