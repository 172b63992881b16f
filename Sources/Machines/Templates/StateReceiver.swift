import HostSupport
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Receives the state that a QEMU sends, and writes it to a file.
///
/// Before version 8.2 QEMU cannot write state to a file without starting a shell, which its sandbox forbids; every
/// version can send it to a socket.
struct StateReceiver {
    private let listener: FileDescriptor
    let socket: FilePath
    private let file: FilePath

    init(socket: FilePath, file: FilePath) throws(Errno) {
        self.socket = socket
        self.file = file
        listener = try ListeningSocket.listen(at: socket)
    }

    /// What QEMU is told to send its state to.
    var address: String { "unix:\(socket)" }

    /// Waits for QEMU to connect and writes all that it sends; ends when QEMU closes its end.
    func receive() async throws {
        let (listener, file) = (listener, file)
        try await BlockingCalls.run {
            let connection = accept(listener.rawValue, nil, nil)
            guard connection >= 0 else { throw Errno(rawValue: errno) }
            let source = FileDescriptor(rawValue: connection)
            defer { try? source.close() }
            let target = try FileDescriptor.open(
                file,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite],
            )
            defer { try? target.close() }
            try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
                while true {
                    let count = try source.read(into: buffer)
                    if count == 0 { return }
                    try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            }
        }
    }

    /// Ends the wait of ``receive()`` when nobody connected, and removes the socket.
    func close() {
        // Closing alone would leave a thread in accept for ever.
        shutdown(listener.rawValue, Int32(SHUT_RDWR))
        try? listener.close()
        unlink(socket.string)
    }
}
