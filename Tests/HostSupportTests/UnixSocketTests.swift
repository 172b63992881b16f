import HostSupport
import LibC
import PatienceForTests
import SystemPackage
import Testing

@Suite struct UnixSocketTests {
    @Test func `a connection blocks, and child processes do not inherit it`() throws {
        try withScratchDirectory { directory in
            let path = directory.appending("s")
            let listener = try Self.listen(at: path)
            defer { try? listener.close() }
            let connection = try UnixSocket.connect(to: path)
            defer { try? connection.close() }
            #expect(fcntl(connection.rawValue, F_GETFD) & FD_CLOEXEC != 0)
            #expect(fcntl(connection.rawValue, F_GETFL) & O_NONBLOCK == 0)
        }
    }

    @Test func `sending to a listener that is gone is an error and no signal`() throws {
        try withScratchDirectory { directory in
            let path = directory.appending("s")
            let listener = try Self.listen(at: path)
            let connection = try UnixSocket.connect(to: path)
            defer { try? connection.close() }
            try listener.close()
            // A program that another test has just started has the listener too, until it is executed.
            let end = ContinuousClock.now + Patience.seconds(10)
            var failure: Errno?
            while failure == nil, ContinuousClock.now < end {
                do throws(Errno) {
                    _ = try connection.sendAvailable([1])
                    usleep(1000)
                } catch {
                    failure = error
                }
            }
            #expect(failure == .brokenPipe)
        }
    }

    @Test func `where nobody listens, and where no socket can be, connecting says so`() throws {
        try withScratchDirectory { directory in
            #expect(throws: Errno.noSuchFileOrDirectory) { try UnixSocket.connect(to: directory.appending("none")) }
            let long = directory.appending(String(repeating: "x", count: 200))
            #expect(throws: Errno.fileNameTooLong) { try UnixSocket.connect(to: long) }
        }
    }

    private static func listen(at path: FilePath) throws -> FileDescriptor {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let listener = FileDescriptor(rawValue: socket(AF_UNIX, kind, 0))
        _ = fcntl(listener.rawValue, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            room.copyBytes(from: path.string.utf8.prefix(room.count - 1))
        }
        let isBound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener.rawValue, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, systemListen(listener.rawValue, 1) == 0 else { throw Errno(rawValue: errno) }
        return listener
    }
}

// Inside the type the method of the same name would be found first.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
