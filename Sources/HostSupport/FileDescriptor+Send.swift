internal import CPlatform
import LibC
public import SystemPackage

extension FileDescriptor {
    /// Sends everything over a connected socket, waiting for buffer space.
    ///
    /// If the other side is gone, this is an error and never SIGPIPE, which a plain write raises, and which would end
    /// the program that uses the library.
    /// - Throws: `Errno`, `brokenPipe` if the other side is gone.
    public func sendAll(_ bytes: some Sequence<UInt8>) throws(Errno) {
        let bytes = Array(bytes)
        guard bytes.withUnsafeBytes({ cplatform_send_all(rawValue, $0.baseAddress, $0.count) }) == 0 else {
            throw Errno(rawValue: errno)
        }
    }

    /// Sends what the socket accepts at once, and never waits or raises SIGPIPE.
    ///
    /// - Returns: The number of bytes that were sent.
    /// - Throws: `Errno`, `resourceTemporarilyUnavailable` if the buffer is full.
    package func sendAvailable(_ bytes: [UInt8]) throws(Errno) -> Int {
        let sent = bytes.withUnsafeBytes { cplatform_send(rawValue, $0.baseAddress, $0.count, -1) }
        guard sent >= 0 else { throw Errno(rawValue: errno) }
        return sent
    }

    /// Gives a connected socket from elsewhere the properties of those of ``UnixSocket``: blocking, closed in child
    /// processes, and without SIGPIPE on macOS, where that is a property of the socket.
    package func adoptSocket() throws(Errno) {
        guard cplatform_adopt_socket(rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
