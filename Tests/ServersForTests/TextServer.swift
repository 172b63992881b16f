import HostSupport
package import SystemPackage

/// An HTTP server of this host that gives the same text to everybody, as long as it lives.
package final class TextServer: Sendable {
    private let listener: LoopbackListener

    package init(_ text: String) throws(Errno) {
        listener = try LoopbackListener()
        let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
        let answer = Array((head + text).utf8)
        listener.serve { connection in
            guard (try? Self.readRequest(from: connection)) != nil else { return }
            try? connection.sendAll(answer)
        }
    }

    deinit {
        listener.stop()
    }

    /// Where a guest on QEMU's user-mode network reaches it.
    package var urlForGuests: String { "http://10.0.2.2:\(listener.port)/" }

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
