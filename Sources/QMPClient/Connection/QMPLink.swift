import Dispatch
import HostSupport
import Logging
import QMPCore
import Synchronization
import SystemPackage
import WireJSON

/// The implementation of a ``QMPConnection``: the session with its lock, the socket, and the receiving thread.
///
/// The caller of a command changes the session and writes under the lock, on its own thread: both have the same order,
/// and no other thread has to wake up before the command is sent. Each connection has one receiving thread, so that a
/// large reply on one connection delays no other; it completes the commands and feeds the subscribers.
final class QMPLink: Sendable {
    struct State {
        var session: QMPSession
        /// The commands with waiting callers; ``readiness`` stands for the end of the negotiation.
        var calls: [UInt64: QMPCall] = [:]
        var socket: ConnectedSocket?
        /// Subscribers that are gone leave an empty box behind, swept at the next subscription.
        var subscribers: [WeakEventQueue] = []
        var greeting: QMPGreeting?
        /// QEMU's process according to the socket; kept after the connection has ended.
        var peerProcess: Int32?
        /// When the negotiation of a restored connection times out; nil while there is none.
        var negotiationEnd: ContinuousClock.Instant?
        /// Whether the peer of this connection has negotiated, or has answered if there is no negotiation.
        var isVerified = false
        /// Why the previous connection was lost; nil once the subscribers were notified.
        var untoldGap: String?
        /// Why this connection was ended from this side while it was negotiated.
        var failure: QMPError?
        /// Set when we close, so that the end of the connection is not a loss.
        var isClosing = false
        /// Set when the receiving thread has ended.
        var isFinished = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
    }

    struct WeakEventQueue {
        weak var queue: QMPEventQueue?
    }

    /// The id under which the end of the negotiation is waited for; commands begin at 1.
    static let readiness: UInt64 = 0

    let endpoint: QMPEndpoint
    let options: QMPOptions
    let state: Locked<State>
    let lastID = Atomic<UInt64>(0)
    let timer = DeadlineTimer()
    /// Runs tasks on the receiving thread; nil if they run elsewhere.
    let executor: QMPThreadExecutor?
    /// Wakes the thread while it waits between two attempts to reconnect.
    let interruption = DispatchSemaphore(value: 0)

    init(endpoint: QMPEndpoint, options: QMPOptions, executor: QMPThreadExecutor?) {
        self.endpoint = endpoint
        self.options = options
        self.executor = executor
        state = Locked(State(session: QMPSession(settings: options.sessionSettings)))
        timer.activate { [weak self] in self?.expireCalls() }
    }

    func nextID() -> UInt64 {
        lastID.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Changes the session and performs its actions: writes under the lock, everything else after it.
    func act(_ change: (inout State) -> [QMPSession.Action]) {
        var completed: [(QMPCall, Result<JSON, QMPError>)] = []
        var events: [QMPEventItem] = []
        state.withLock { state in
            func serves() {
                state.isVerified = true
                if let gap = state.untoldGap.take() { events.append(.gap(reason: gap)) }
            }
            for action in change(&state) {
                switch action {
                case .send(let request):
                    send(request, &state)
                case .complete(let id, let result):
                    if let call = state.calls.removeValue(forKey: id) { completed.append((call, result)) }
                    if case .success = result { serves() }
                case .deliver(let event):
                    // One from before the negotiation is behind the gap all the same.
                    if let gap = state.untoldGap.take() { events.append(.gap(reason: gap)) }
                    events.append(.event(event))
                case .becameReady(let greeting):
                    state.greeting = greeting
                    state.negotiationEnd = nil
                    serves()
                    if let call = state.calls.removeValue(forKey: Self.readiness) {
                        completed.append((call, .success([:])))
                    }
                case .report(let diagnostic):
                    options.logger?.debug("QMP peer misbehaved", metadata: ["qmp.diagnostic": "\(diagnostic)"])
                case .close(let error):
                    state.failure = error
                    if let call = state.calls.removeValue(forKey: Self.readiness) {
                        completed.append((call, .failure(error)))
                    }
                    state.socket?.shutDown()
                }
            }
        }
        for (call, result) in completed { call.waiter.resume(returning: result) }
        for event in events { deliver(event) }
    }

    private func send(_ request: QMPRequest, _ state: inout State) {
        options.wireLog?.record(.sent, Array(request.message.dropLast()), at: .now)
        // If the socket does not accept it, the socket has failed: the receiving thread will notice and fail the call
        // as sent, since nobody knows how much of it was.
        _ = state.socket?.send(request.message, passenger: request.passenger)
    }

    /// Passes an item to every matching subscriber; only the receiving thread delivers, so the order is kept.
    func deliver(_ item: QMPEventItem) {
        let subscribers = state.withLock { $0.subscribers }
        for subscriber in subscribers {
            guard let queue = subscriber.queue else { continue }
            switch item {
            case .event(let event): queue.push(event)
            case .missed, .gap: queue.push(item)
            }
        }
    }

    func subscribe(_ filter: QMPEventFilter, capacity: Int) -> QMPEvents {
        let queue = QMPEventQueue(filter: filter, capacity: capacity)
        let isFinished = state.withLock { state in
            state.subscribers.removeAll { $0.queue == nil }
            state.subscribers.append(WeakEventQueue(queue: queue))
            return state.isFinished
        }
        if isFinished { queue.finish(QMPError(.connectionClosed, "the connection to \(endpoint) has ended")) }
        return QMPEvents(subscription: QMPSubscription(queue: queue))
    }
}

extension QMPOptions {
    var sessionSettings: QMPSession.Settings {
        switch dialect {
        case .monitor: QMPSession.Settings(window: window, enablesOutOfBand: enablesOutOfBand)
        // The agent executes one command at a time, and older ones do not echo the id.
        case .agent: QMPSession.Settings(window: 1, expectsGreeting: false, enablesOutOfBand: false)
        }
    }
}
