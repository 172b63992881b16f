import GuestAccess
import HostSupport
import Synchronization
import SystemPackage
import WireJSON

/// The host end of the channel to pytest's plugin in one machine.
final class PluginChannel: Sendable {
    private let channel: MessageChannel
    /// The plugin's messages, in order, until the channel ends; one task at a time may wait for them.
    private let messages: AsyncStream<JSONObject>
    private let heard = Mutex(false)

    convenience init(socket: FilePath) throws(Errno) {
        self.init(adopting: try UnixSocket.connect(to: socket))
    }

    /// Takes over a socket that is connected to the plugin's port.
    init(adopting socket: FileDescriptor) {
        let (messages, feed) = AsyncStream.makeStream(of: JSONObject.self)
        self.messages = messages
        channel = MessageChannel(adopting: socket, label: "pytest") { incoming in
            switch incoming {
            case .arrived(.message(let message)): feed.yield(message)
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

    /// The plugin's next message; nil if the machine has ended.
    func next() async -> JSONObject? {
        for await message in messages {
            heard.withLock { $0 = true }
            return message
        }
        return nil
    }

    /// Whether ``next()`` has returned anything: if so, the plugin is running.
    var hasSpoken: Bool { heard.withLock { $0 } }

    func close() { channel.close() }
}
