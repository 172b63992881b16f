@preconcurrency import Dispatch
import HostSupport
import LibC
import Synchronization
package import SystemPackage
package import WireJSON

/// JSON objects, one a line, over a connected stream socket to a program in the guest.
///
/// Incoming messages go to one receiver, in order, on a queue of the channel's own; ``MessageReader`` says what counts
/// as one.
package final class MessageChannel: Sendable {
    /// What the receiver receives.
    package enum Incoming: Sendable {
        case arrived(MessageReader.Incoming)
        /// The other side, or ``MessageChannel/close()``, ended the channel; nothing follows.
        case closed
    }

    private struct State {
        var isOpen = true
        var unsent: [UInt8] = []
        var writer: (any DispatchSourceWrite)?
    }

    private let socket: Int32
    private let queue: DispatchQueue
    private let reader: any DispatchSourceRead
    private let state = Mutex(State())

    /// Takes over a connected socket; it is closed with the channel.
    package init(adopting descriptor: FileDescriptor, label: String, receiver: @escaping @Sendable (Incoming) -> Void) {
        let socket = descriptor.rawValue
        self.socket = socket
        queue = DispatchQueue(label: "quiver.channel.\(label)")
        // If this fails, it is not an open socket, and receiving fails.
        try? descriptor.adoptSocket()
        _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
        reader = DispatchSource.makeReadSource(fileDescriptor: socket, queue: queue)
        // The messages' reader lives in the handler, which runs on one queue only.
        let messages = Mutex(MessageReader())
        reader.setEventHandler { [weak self] in
            let isOpen = messages.withLock { Self.read(socket, into: &$0, receiver: receiver) }
            if !isOpen { self?.close() }
        }
        reader.setCancelHandler {
            _ = Self.closeDescriptor(socket)
            receiver(.closed)
        }
        reader.activate()
    }

    deinit {
        reader.cancel()
    }

    private static func closeDescriptor(_ socket: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(socket)
        #elseif canImport(Musl)
            Musl.close(socket)
        #else
            Darwin.close(socket)
        #endif
    }

    /// Reads what there is; false when the other side has closed.
    private static func read(
        _ socket: Int32,
        into messages: inout MessageReader,
        receiver: @Sendable (Incoming) -> Void,
    ) -> Bool {
        var isOpen = true
        withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            if count > 0 {
                messages.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                isOpen = false
            }
        }
        while let incoming = messages.next() { receiver(.arrived(incoming)) }
        return isOpen
    }

    /// Sends a message; the bytes wait here while the other side does not read.
    ///
    /// - Returns: False when the channel is closed.
    package func send(_ message: JSONObject) throws(JSONError) -> Bool {
        var bytes: [UInt8] = []
        try JSON.object(message).write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return send(bytes)
    }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            state.unsent += bytes
            if state.writer == nil { flush(&state) }
            return true
        }
    }

    /// Writes what the socket accepts now; the rest is written when there is buffer space.
    private func flush(_ state: inout State) {
        while !state.unsent.isEmpty {
            do throws(Errno) {
                state.unsent.removeFirst(try FileDescriptor(rawValue: socket).sendAvailable(state.unsent))
            } catch .resourceTemporarilyUnavailable {
                waitForRoom(&state)
                return
            } catch {
                // The reading side notices the same end and closes the channel.
                state.unsent = []
            }
        }
        state.writer?.cancel()
        state.writer = nil
    }

    private func waitForRoom(_ state: inout State) {
        guard state.writer == nil else { return }
        let writer = DispatchSource.makeWriteSource(fileDescriptor: socket, queue: queue)
        writer.setEventHandler { [weak self] in
            guard let self else { return }
            self.state.withLock { state in
                if state.isOpen { self.flush(&state) }
            }
        }
        state.writer = writer
        writer.activate()
    }

    /// Ends the channel, after which the receiver gets ``Incoming/closed``; closing twice is harmless.
    package func close() {
        state.withLock { state in
            state.isOpen = false
            state.unsent = []
            state.writer?.cancel()
            state.writer = nil
        }
        reader.cancel()
    }
}
