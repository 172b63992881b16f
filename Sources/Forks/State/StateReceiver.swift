import HostSupport
import LibC
import Machines
import Synchronization
import SystemPackage

/// Receives the state that a QEMU sends, and writes it to a file.
///
/// Before version 8.2, QEMU cannot write its state to a file without starting a shell, which its sandbox forbids; every
/// version can send it to a socket.
final class StateReceiver: Sendable {
    private struct Sockets {
        var listener: FileDescriptor?
        var connection: FileDescriptor?
    }

    private let sockets: Mutex<Sockets>
    private let socket: FilePath
    private let file: FilePath

    init(socket: FilePath, file: FilePath) throws(Errno) {
        self.socket = socket
        self.file = file
        sockets = Mutex(Sockets(listener: try ListeningSocket.listen(at: socket)))
    }

    /// The address that QEMU sends its state to.
    var address: String { "unix:\(socket)" }

    /// Waits for QEMU to connect and writes what it sends; ends when QEMU closes the connection, or with ``close()``.
    ///
    /// - Returns: Why the file could not be written, if so; QEMU itself reports why it could not send.
    func receive() async -> Result<Void, Errno> {
        do {
            try await BlockingCalls.run {
                guard let source = self.accept() else { return }
                let target = try FileDescriptor.open(
                    self.file,
                    .writeOnly,
                    options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: [.ownerReadWrite],
                )
                try target.closeAfter { try Self.copy(from: source, to: target) }
            }
            return .success(())
        } catch {
            // Otherwise QEMU would keep sending until its deadline.
            interrupt()
            return .failure(error as? Errno ?? .ioError)
        }
    }

    private func accept() -> FileDescriptor? {
        guard let listener = sockets.withLock({ $0.listener }) else { return nil }
        let number = systemAccept(listener.rawValue, nil, nil)
        guard number >= 0 else { return nil }
        let connection = FileDescriptor(rawValue: number)
        sockets.withLock { $0.connection = connection }
        return connection
    }

    private static func copy(from source: FileDescriptor, to target: FileDescriptor) throws {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
            while true {
                let count = try source.read(into: buffer)
                if count == 0 { return }
                try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    /// Ends ``receive()`` wherever it waits: closing the socket alone would leave its thread blocked forever.
    func interrupt() {
        sockets.withLock { sockets in
            for open in [sockets.listener, sockets.connection].compactMap(\.self) {
                shutdown(open.rawValue, Int32(SHUT_RDWR))
            }
        }
    }

    /// Closes the sockets; ``receive()`` must have returned.
    func close() {
        sockets.withLock { sockets in
            for open in [sockets.listener, sockets.connection].compactMap(\.self) { try? open.close() }
            sockets = Sockets()
        }
        unlink(socket.string)
    }
}

// Inside the type, the method with the same name would be found first.
#if canImport(Glibc)
    private let systemAccept = Glibc.accept
#elseif canImport(Musl)
    private let systemAccept = Musl.accept
#elseif canImport(Darwin)
    private let systemAccept = Darwin.accept
#endif
