import Dispatch
import HostSupport
import Logging
import QMPCore
import Synchronization
import SystemPackage
import WireJSON

/// What stands behind a ``QMPConnection``: the session with its lock, the socket, and the thread that receives.
///
/// Whoever executes a command decides and writes under the lock, on its own thread: decisions and writes have the same
/// order, and no other thread has to wake before the command is on its way. One thread a connection receives, so that
/// a large reply on one connection delays no other; it completes the commands and feeds the subscribers.
final class QMPLink: Sendable {
    struct State {
        var session: QMPSession
        /// The commands that somebody waits for; ``readiness`` stands for the end of the negotiation.
        var calls: [UInt64: QMPCall] = [:]
        var socket: ConnectedSocket?
        /// Subscribers that are gone leave an empty box behind, swept at the next subscription.
        var subscribers: [WeakEventQueue] = []
        var greeting: QMPGreeting?
        /// QEMU's process as the socket tells it; kept after the connection has ended.
        var peerProcess: Int32?
        /// When the negotiation of a connection that was made again is given up; nil while none is under way.
        var negotiationEnd: ContinuousClock.Instant?
        /// Whether the peer of this connection has negotiated, or answered where nothing is negotiated.
        var isProven = false
        /// Why the connection was lost that this one is to replace; nil once the subscribers were told.
        var untoldGap: String?
        /// Why this connection was ended from this side while it was negotiated.
        var failure: QMPError?
        /// Set when we close, so that the end of the connection is no loss.
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
    /// Runs tasks on the thread that receives; nil where they run elsewhere.
    let executor: QMPThreadExecutor?
    /// Wakes the thread that waits between two attempts to reconnect.
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

    /// Changes the session and does what it asks for: writes under the lock, everything else after it.
    func act(_ change: (inout State) -> [QMPSession.Action]) {
        var completed: [(QMPCall, Result<JSON, QMPError>)] = []
        var events: [QMPEventItem] = []
        state.withLock { state in
            func serves() {
                state.isProven = true
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
        // A socket that does not take it has failed: the receiving thread is about to see that and to fail the call,
        // as having been sent, since nobody can tell how much of it had been.
        _ = state.socket?.send(request.message, passenger: request.passenger)
    }

    /// Hands an item to every subscriber that wants it; only the receiving thread delivers, so order is kept.
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
        // The agent executes one command at a time and older ones echo no id.
        case .agent: QMPSession.Settings(window: 1, expectsGreeting: false, enablesOutOfBand: false)
        }
    }
}
