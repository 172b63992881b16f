import HostSupport
public import QGA
package import QMPCore
import Synchronization
public import SystemPackage
import WireJSON

/// A connection to the QEMU guest agent in a guest.
///
/// The agent runs one command at a time: callers wait for their turn, in order. After a command that timed out, the
/// stream is synchronised again before the next, so that a late answer is never mistaken for another.
public final class GuestAgent: GuestAgentExecutor {
    /// The settings of a connection.
    public struct Options: Sendable {
        /// The time limit for a command without its own deadline, including its turn and synchronisation.
        public var commandDeadline: Duration = .seconds(30)
        /// The time for one attempt to synchronise: a booting guest drops what arrives before its agent runs.
        public var synchronisationInterval: Duration = .seconds(2)
        /// How long to wait for the error of a command that only answers if it fails.
        public var silenceMeansSuccess: Duration = .seconds(2)

        /// Creates options with the defaults: 30 s for a command, 2 s for each of the other two.
        public init() {}
    }

    /// How an exchange with the agent ended.
    enum Outcome: Sendable {
        case action(AgentSession.Action)
        case late
        case cancelled
        case closed
    }

    struct State {
        var session = AgentSession()
        var pending: OneShot<Outcome>?
        var nextID: Int64 = 1
        var isClosed = false
    }

    /// The guest's name, for messages.
    public let guest: String
    /// How the agent is spoken to.
    public let options: Options
    let state = Mutex(State())
    let turns = TurnQueue()
    private let channel: Mutex<MessageChannel?>

    /// Takes over a socket that is connected to the agent's port.
    public init(adopting descriptor: FileDescriptor, guest: String, options: Options = Options()) {
        self.guest = guest
        self.options = options
        channel = Mutex(nil)
        let channel = MessageChannel(adopting: descriptor, label: "agent.\(guest)") { [weak self] incoming in
            self?.received(incoming)
        }
        self.channel.withLock { $0 = channel }
    }

    /// Connects to the machine's socket for the agent's port; whether an agent is listening only shows with the first
    /// command.
    ///
    /// - Throws: ``QMPCore/QMPError`` with code `connectFailed`.
    package static func connect(
        to socket: FilePath,
        guest: String,
        options: Options = Options(),
    ) throws(QMPError) -> GuestAgent {
        do {
            return GuestAgent(adopting: try UnixSocket.connect(to: socket), guest: guest, options: options)
        } catch {
            throw QMPError(
                .connectFailed,
                "\(guest): cannot connect to the guest agent at \(socket): \(error)",
                cause: error
            )
        }
    }

    /// Ends the connection; a command in flight fails as `outcomeUnknown`.
    public func close() {
        channel.withLock { $0 }?.close()
        received(.closed)
    }

    /// Sends the bytes; false when the connection has ended.
    func send(_ bytes: [UInt8]) -> Bool { channel.withLock { $0 }?.send(bytes) ?? false }

    private func received(_ incoming: MessageChannel.Incoming) {
        let (pending, outcome): (OneShot<Outcome>?, Outcome) = state.withLock { state in
            let action: AgentSession.Action
            switch incoming {
            case .arrived(.message(let message, _)): action = state.session.received(message)
            case .arrived(.unreadable(let error)): action = state.session.receivedUnreadable(error)
            case .arrived(.reset):
                state.session.receivedDelimiter()
                action = .ignore
            case .closed:
                state.isClosed = true
                return (state.pending, .closed)
            }
            return (action == .ignore ? nil : state.pending, .action(action))
        }
        pending?.set(outcome)
    }
}
