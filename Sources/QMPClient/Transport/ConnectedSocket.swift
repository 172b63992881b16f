import CPlatform
import Dispatch
import HostSupport
import LibC
package import QMPCore
package import SystemPackage

/// A connected stream socket: one thread receives, any thread sends, and senders never wait.
///
/// What the peer does not accept at once is kept and written by a separate queue, so that a peer that stops reading
/// only delays its own commands; receiving continues meanwhile.
package final class ConnectedSocket: Sendable {
    private struct Unsent {
        var bytes: [UInt8]
        var start = 0
        /// Set until its first byte is sent.
        var passenger: (any QMPPassenger)?
    }

    private struct State {
        var isOpen = true
        var unsent: [Unsent] = []
        var failure: Errno?
    }

    let descriptor: Int32
    private let state = Locked(State())
    private let writer = DispatchQueue(label: "quiver.qmp.unsent")

    /// Takes over the descriptor of a connected socket; it is closed by ``finish()``.
    package init(adopting descriptor: FileDescriptor) {
        self.descriptor = descriptor.rawValue
        // If this fails, it is not an open socket: then receiving fails, and says why.
        _ = cplatform_adopt_socket(descriptor.rawValue)
    }

    /// The process at the other end; nil if it is not known, or if this process created the socket.
    package var peerProcess: Int32? {
        let process = cplatform_peer_process(descriptor)
        return process > 0 && process != getpid() ? process : nil
    }

    /// Sends a message, after all that were sent before it, with a descriptor at its first byte.
    ///
    /// - Returns: Whether the message was accepted; a failed or closed socket accepts none.
    package func send(_ bytes: [UInt8], passenger: (any QMPPassenger)? = nil) -> Bool {
        state.withLock { state in
            guard state.isOpen, state.failure == nil else { return false }
            var message = Unsent(bytes: bytes, passenger: passenger)
            guard state.unsent.isEmpty else {
                state.unsent.append(message)
                return true
            }
            do throws(Errno) {
                if try advance(&message) { return true }
            } catch {
                state.failure = error
                return false
            }
            state.unsent.append(message)
            writer.async { self.sendUnsent() }
            return true
        }
    }

    /// Receives bytes into `buffer`, waiting for the first of them.
    /// - Returns: How many came; zero when the peer has closed.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw error }
        }
    }

    /// Ends the connection in both directions: the receiver wakes up and sees the end.
    package func shutDown() {
        state.withLock { state in
            guard state.isOpen else { return }
            shutdown(descriptor, CInt(SHUT_RDWR))
        }
    }

    /// Closes the descriptor; called once, by the thread that receives, when it has seen the end.
    package func finish() {
        shutDown()
        state.withLock { $0.unsent = [] }
        // The writer finishes now that the socket is shut down; the descriptor must not be closed while it is used.
        writer.sync {}
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            close(descriptor)
        }
    }

    /// Writes until nothing is left or the socket has failed.
    private func sendUnsent() {
        while true {
            let isDone = state.withLock { state in
                while !state.unsent.isEmpty {
                    do throws(Errno) {
                        guard try advance(&state.unsent[0]) else { return false }
                        state.unsent.removeFirst()
                    } catch {
                        // The receiving side notices the failure itself, after the peer's last messages.
                        state.failure = error
                        state.unsent = []
                    }
                }
                return true
            }
            if isDone { return }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, 1000)
        }
    }

    /// Sends as much of the message as the socket accepts.
    /// - Returns: Whether all of it is sent.
    private func advance(_ message: inout Unsent) throws(Errno) -> Bool {
        while message.start < message.bytes.count {
            let sent = message.bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[message.start...])
                return cplatform_send(descriptor, rest.baseAddress, rest.count, message.passenger?.rawValue ?? -1)
            }
            guard sent >= 0 else {
                let error = Errno(rawValue: errno)
                if error == .wouldBlock || error == .resourceTemporarilyUnavailable { return false }
                throw error
            }
            message.start += sent
            message.passenger = nil
        }
        return true
    }
}
