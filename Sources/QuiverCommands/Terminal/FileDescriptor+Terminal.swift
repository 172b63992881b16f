import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension FileDescriptor {
    /// Whether the descriptor is a terminal.
    var isTerminal: Bool { isatty(rawValue) == 1 }
}
