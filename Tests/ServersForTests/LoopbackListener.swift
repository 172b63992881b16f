import Dispatch
import LibC
package import SystemPackage

/// A port of this host at which connections are taken, each in a thread of its own.
package final class LoopbackListener: Sendable {
    package let port: UInt16
    private let descriptor: FileDescriptor
    private static let queue = DispatchQueue(label: "loopback-listener", attributes: .concurrent)

    package init() throws(Errno) {
        let socket = try LoopbackSocket()
        port = try socket.listen(backlog: 16)
        descriptor = socket.descriptor
    }

    deinit {
        // Not before: a closed number that is still waited at could be another test's socket a moment later.
        try? descriptor.close()
    }

    /// Hands each connection to the body and closes it afterwards, until ``stop()``.
    package func serve(_ answer: @escaping @Sendable (FileDescriptor) -> Void) {
        Self.queue.async { [self] in
            while let connection = next() {
                Self.queue.async {
                    answer(connection)
                    try? connection.close()
                }
            }
        }
    }

    /// Takes no more connections; stopping twice is harmless.
    package func stop() {
        shutdown(descriptor.rawValue, Int32(SHUT_RDWR))
    }

    private func next() -> FileDescriptor? {
        let client = accept(descriptor.rawValue, nil, nil)
        return client < 0 ? nil : FileDescriptor(rawValue: client)
    }
}
