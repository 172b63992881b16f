public import Quantities

/// A saved state of a machine inside its disks.
public struct Snapshot: Hashable, Codable, Sendable {
    /// The name that it was saved under.
    public let tag: String
    /// When it was saved, in seconds since 1970.
    public let date: Double
    /// How much of the disk its memory takes; zero for one of the disks alone.
    public let memory: ByteCount
    /// How long the guest had run when it was saved, in seconds.
    public let guestUptime: Double
    /// The drives that lack it; empty for one that can be loaded.
    public let missingDrives: [String]

    /// Whether it holds the guest's memory and can be loaded into a running machine.
    public var hasMemory: Bool { memory > .zero }
}
