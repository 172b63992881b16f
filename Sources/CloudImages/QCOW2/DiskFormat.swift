/// The formats of disk images that Quiver makes and boots.
public enum DiskFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case qcow2
    case raw
}
