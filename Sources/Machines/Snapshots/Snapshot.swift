public import Quantities

/// A saved state of a machine inside its disks.
public struct Snapshot: Hashable, Codable, Sendable {
    /// The tag under which it was saved.
    public let tag: String
    /// When it was saved, in seconds since 1970.
    public let date: Double
    /// The disk space of its memory; zero if it has only disks.
    public let memory: ByteCount
    /// How long the guest had run when it was saved, in seconds.
    public let guestUptime: Double
    /// The drives that do not have it; empty if it can be loaded.
    public let missingDrives: [String]

    /// Whether it has the guest's memory and can be loaded into a running machine.
    public var hasMemory: Bool { memory > .zero }
}
