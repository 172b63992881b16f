import GuestAccess
import HostSupport
import Synchronization
import SystemPackage
import WireJSON

/// The host end of the channel to pytest's plugin in one machine.
final class PluginChannel: Sendable {
    private let channel: MessageChannel
    /// The plugin's messages, in order, until the channel ends; one task at a time may wait for them.
    private let messages: AsyncStream<Arrived>
    private let backlog = Backlog()

    private struct Arrived: Sendable {
        let message: JSONObject
        /// In bytes.
        let size: Int
    }

    convenience init(socket: FilePath) throws(Errno) {
        self.init(adopting: try UnixSocket.connect(to: socket))
    }

    /// Takes over a socket that is connected to the plugin's port.
    init(adopting socket: FileDescriptor) {
        let (messages, feed) = AsyncStream.makeStream(of: Arrived.self)
        self.messages = messages
        channel = MessageChannel(adopting: socket, label: "pytest") { [backlog] incoming in
            switch incoming {
            case .arrived(.message(let message, let size)):
                if backlog.add(size) { feed.yield(Arrived(message: message, size: size)) } else { feed.finish() }
            // The rest of a message to an earlier reader of the port.
            case .arrived(.reset), .arrived(.unreadable): break
            case .closed: feed.finish()
            }
        }
    }

    /// Sends a request; if it cannot be delivered, the channel has ended.
    func send(_ request: JSONObject) throws(JSONError) {
        _ = try channel.send(request)
    }

    /// The plugin's next message; nil if the machine has ended, or ``isFlooded``.
    func next() async -> JSONObject? {
        for await arrived in messages {
            backlog.take(arrived.size)
            return arrived.message
        }
        return nil
    }

    /// Whether ``next()`` has returned anything: if so, the plugin is running.
    var hasSpoken: Bool { backlog.hasTaken }

    /// Whether so much was sent that the channel was given up.
    var isFlooded: Bool { backlog.isOverfull }

    func close() { channel.close() }
}

/// What has arrived and nobody has taken yet.
private final class Backlog: Sendable {
    private struct State {
        var count = 0
        var size = 0
        var hasTaken = false
        var isOverfull = false
    }

    private let state = Mutex(State())

    /// Nothing but a test that floods the port sends more messages than this, or more bytes, before one is taken.
    private static let most = (count: 10_000, size: 256 << 20)

    /// Adds a message; false once there are too many.
    func add(_ size: Int) -> Bool {
        state.withLock { state in
            state.count += 1
            state.size += size
            if state.count > Self.most.count || state.size > Self.most.size { state.isOverfull = true }
            return !state.isOverfull
        }
    }

    func take(_ size: Int) {
        state.withLock { state in
            state.count -= 1
            state.size -= size
            state.hasTaken = true
        }
    }

    var hasTaken: Bool { state.withLock { $0.hasTaken } }
    var isOverfull: Bool { state.withLock { $0.isOverfull } }
}
