import LibC

/// The user that this process runs as.
public enum HostUser {
    /// Whether the effective user is root.
    public static var isRoot: Bool { geteuid() == 0 }
}
