import LibC

/// The user that this process runs as.
public enum HostUser {
    public static var isRoot: Bool { geteuid() == 0 }
}
