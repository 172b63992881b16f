import LibC
package import SystemPackage

/// Unix sockets that are created before QEMU starts, so that nobody has to wait for their files.
package enum ListeningSocket {
    /// Creates a socket that listens at the path; clients wait there until QEMU accepts.
    package static func listen(at path: FilePath) throws(Errno) -> FileDescriptor {
        let descriptor = try make()
        do throws(Errno) {
            unlink(path.string)
            guard try withAddress(of: path, { bind(descriptor.rawValue, $0, $1) }) == 0,
                chmod(path.string, 0o600) == 0,
                systemListen(descriptor.rawValue, 8) == 0
            else { throw Errno(rawValue: errno) }
            return descriptor
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    private static func withAddress(
        of path: FilePath,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32,
    ) throws(Errno) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { room in
            let bytes = path.string.utf8
            guard bytes.count < room.count else { return false }
            room.copyBytes(from: bytes)
            return true
        }
        guard isShort else { throw Errno.fileNameTooLong }
        return withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Creates two connected sockets.
    package static func pair() throws(Errno) -> (FileDescriptor, FileDescriptor) {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { socketpair(AF_UNIX, streamType, 0, $0) }
        }
        guard result == 0 else { throw Errno(rawValue: errno) }
        let pair = (FileDescriptor(rawValue: ends.0), FileDescriptor(rawValue: ends.1))
        keepFromChildren(pair.0)
        keepFromChildren(pair.1)
        return pair
    }

    private static func make() throws(Errno) -> FileDescriptor {
        let number = socket(AF_UNIX, streamType, 0)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        keepFromChildren(FileDescriptor(rawValue: number))
        return FileDescriptor(rawValue: number)
    }

    #if canImport(Darwin)
        private static let streamType = SOCK_STREAM
        private static func keepFromChildren(_ descriptor: FileDescriptor) {
            _ = fcntl(descriptor.rawValue, F_SETFD, FD_CLOEXEC)
        }
        private static let systemListen = Darwin.listen
    #else
        private static let streamType = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        private static func keepFromChildren(_ descriptor: FileDescriptor) {}
        #if canImport(Musl)
            private static let systemListen = Musl.listen
        #else
            private static let systemListen = Glibc.listen
        #endif
    #endif
}
