#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The user that this process runs as.
public enum HostUser {
    public static var isRoot: Bool { geteuid() == 0 }
}
