internal import CPlatform
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension FileDescriptor {
    /// Sends everything over a connected socket, waiting for room.
    ///
    /// Where the other side is gone this is an error: never SIGPIPE, which a plain write raises, and which would end the
    /// program that uses the library.
    /// - Throws: `Errno`, `brokenPipe` when the other side is gone.
    public func sendAll(_ bytes: some Sequence<UInt8>) throws(Errno) {
        let bytes = Array(bytes)
        guard bytes.withUnsafeBytes({ cplatform_send_all(rawValue, $0.baseAddress, $0.count) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }
}
