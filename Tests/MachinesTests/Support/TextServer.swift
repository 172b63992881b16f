import Dispatch
import HostSupport
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An HTTP server of this host that gives the same text to everybody, as long as it lives.
final class TextServer: Sendable {
    private let listener: Int32
    private let port: UInt16

    init(_ text: String) throws {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let listener = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw Errno(rawValue: errno) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        let answer = Array((head + text).utf8)
        DispatchQueue(label: "text-server").async { Self.serve(answer, at: listener) }
    }

    deinit {
        // Closing alone would leave who waits for a connection waiting.
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Where a guest on QEMU's user-mode network reaches it.
    var urlForGuests: String { "http://10.0.2.2:\(port)/" }

    private static func serve(_ answer: [UInt8], at listener: Int32) {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            let connection = FileDescriptor(rawValue: client)
            try? connection.closeAfter {
                try readRequest(from: connection)
                // Unlike a write, this outlives a client that leaves in the middle.
                try connection.sendAll(answer)
            }
        }
    }

    /// Reads until the empty line that ends a request; closing before would have the answer thrown away.
    private static func readRequest(from connection: FileDescriptor) throws {
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while request.suffix(4) != [13, 10, 13, 10] {
            let count = try buffer.withUnsafeMutableBytes { try connection.read(into: $0) }
            guard count > 0 else { return }
            request += buffer[..<count]
        }
    }
}
