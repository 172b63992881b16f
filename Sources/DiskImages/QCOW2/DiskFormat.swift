/// The formats of disk images that Quiver makes and boots.
public enum DiskFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// QEMU's own format, which can have a backing file and snapshots.
    case qcow2
    /// The disk's content byte for byte, without a header.
    case raw
}
