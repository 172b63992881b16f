import HostSupport
public import QGA
public import QMPCore
import Synchronization
public import SystemPackage
import WireJSON

/// A connection to the QEMU guest agent in a guest.
///
/// The agent takes one command at a time: callers wait for their turn, in order. After every command that was given up
/// the stream is brought in step again before the next, so that a late answer is never taken for another's.
public final class GuestAgent: GuestAgentExecutor {
    /// How the agent is spoken to.
    public struct Options: Sendable {
        /// How long a command may take that brings no deadline of its own, its turn and getting in step included.
        public var commandDeadline: Duration = .seconds(30)
        /// How long getting in step is tried at a time: a guest that boots drops what comes before its agent runs.
        public var synchronisationInterval: Duration = .seconds(2)
        /// How long a command that answers only when it fails may take to do so.
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

    /// Connects to the machine's socket for the agent's port; whether an agent listens shows with the first command.
    ///
    /// - Throws: ``QMPError`` with code `connectFailed`.
    public static func connect(
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
            case .message(let message): action = state.session.received(message)
            case .unreadable(let error): action = state.session.receivedUnreadable(error)
            case .reset:
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
