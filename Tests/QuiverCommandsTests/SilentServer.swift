import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A port of this host at which a connection is neither taken nor refused, as behind a firewall that drops it.
final class SilentServer: Sendable {
    let port: UInt16
    private let sockets: [FileDescriptor]

    /// Who listens for no connection and accepts none has a queue that is soon full; what comes then is left unanswered.
    init() throws {
        var sockets = [try Self.open()]
        var (address, length) = Self.loopback
        let listener = sockets[0].rawValue
        let isListening = Self.withSocketAddress(&address) { address in
            bind(listener, address, length) == 0 && listen(listener, 0) == 0
                && getsockname(listener, address, &length) == 0
        }
        guard isListening else { throw Errno(rawValue: errno) }
        for _ in 0..<8 {
            let filler = try Self.open()
            guard fcntl(filler.rawValue, F_SETFL, O_NONBLOCK) == 0 else { throw Errno(rawValue: errno) }
            let status = Self.withSocketAddress(&address) { connect(filler.rawValue, $0, length) }
            guard status == 0 || errno == EINPROGRESS else { throw Errno(rawValue: errno) }
            sockets.append(filler)
        }
        port = UInt16(bigEndian: address.sin_port)
        self.sockets = sockets
    }

    deinit {
        for socket in sockets { try? socket.close() }
    }

    private static func open() throws -> FileDescriptor {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: descriptor)
    }

    private static var loopback: (sockaddr_in, socklen_t) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return (address, socklen_t(MemoryLayout<sockaddr_in>.size))
    }

    private static func withSocketAddress<Value>(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>) -> Value,
    ) -> Value {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
