import LibC
import SystemPackage

/// A TCP socket of this host alone, and its calls with the system's errors thrown.
struct LoopbackSocket {
    let descriptor: FileDescriptor

    init() throws(Errno) {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let number = socket(AF_INET, stream, 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        descriptor = FileDescriptor(rawValue: number)
    }

    /// Listens at a port that the system chooses, which is returned.
    func listen(backlog: Int32) throws(Errno) -> UInt16 {
        let number = descriptor.rawValue
        var port: UInt16 = 0
        let isListening = withAddress(port: &port) { address, length in
            bind(number, address, length) == 0 && systemListen(number, backlog) == 0
                && getsockname(number, address, &length) == 0
        }
        guard isListening else { throw Errno(rawValue: errno) }
        return port
    }

    /// Begins to connect, and does not wait for the other side.
    func beginConnecting(to port: UInt16) throws(Errno) {
        let number = descriptor.rawValue
        var port = port
        let hasBegun = withAddress(port: &port) { address, length in
            fcntl(number, F_SETFL, O_NONBLOCK) == 0 && (connect(number, address, length) == 0 || errno == EINPROGRESS)
        }
        guard hasBegun else { throw Errno(rawValue: errno) }
    }

    /// Calls the body with this host's own address and a port, which is what the body has made of it afterwards.
    private func withAddress(
        port: inout UInt16,
        _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Bool,
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        return result
    }
}

// Inside the type the method of the same name would be found first.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
