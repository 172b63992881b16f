import DequeModule
@preconcurrency import Dispatch
import HostSupport
import QMPCore
import Quantities

/// The events that a subscriber has not consumed yet: bounded, and the newest are kept.
final class QMPEventQueue: Sendable {
    fileprivate enum End {
        case closed
        case lost(QMPError)
    }

    /// A consumer that waits for the next item.
    fileprivate struct Wait {
        let continuation: CheckedContinuation<Result<QMPEventItem?, QMPError>, Never>
        /// Ends the wait when its time limit expires; nil without one.
        let timer: (any DispatchSourceTimer)?
        let number: UInt64

        func end(_ result: Result<QMPEventItem?, QMPError>) {
            timer?.cancel()
            continuation.resume(returning: result)
        }
    }

    fileprivate struct State {
        var items: Deque<QMPEventItem> = []
        /// How many events were dropped in front of the oldest item.
        var missed = 0
        /// The last gap among what was dropped.
        var missedGap: QMPEventItem?
        var end: End?
        var wait: Wait?
        /// Counts the waits: the timer of one may fire while the next has begun.
        var waits: UInt64 = 0
    }

    let filter: QMPEventFilter
    private let capacity: Int
    private let state = Locked(State())

    init(filter: QMPEventFilter, capacity: Int) {
        self.filter = filter
        self.capacity = max(1, capacity)
    }

    func push(_ event: QMPEvent) {
        guard filter.passes(event) else { return }
        push(.event(event))
    }

    /// Adds an item, for a waiting consumer or replacing the oldest.
    func push(_ item: QMPEventItem) {
        let wait: Wait? = state.withLock { state in
            guard state.end == nil else { return nil }
            if let wait = state.wait.take() { return wait }
            state.append(item, capacity: capacity)
            return nil
        }
        wait?.end(.success(item))
    }

    /// Ends the sequence after the items that are not consumed yet.
    /// - Parameter error: Why the connection was lost; nil if it was closed on purpose.
    func finish(_ error: QMPError?) {
        let wait: Wait? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = error.map(End.lost) ?? .closed
            return state.wait.take()
        }
        wait?.end(error.map { .failure($0) } ?? .success(nil))
    }

    /// Waits for the next item.
    /// - Parameter limit: The time limit; nil means none.
    func next(within limit: Duration? = nil) async throws(QMPError) -> QMPEventItem? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Result<QMPEventItem?, QMPError>? in
                    if let result = state.take() { return result }
                    // Checked under the lock: the handler below has either already run, or will find the wait.
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    precondition(state.wait == nil, "two tasks consume the same events: subscribe once for each")
                    state.waits += 1
                    let number = state.waits
                    state.wait = Wait(
                        continuation: continuation,
                        timer: limit.map { timer(ending: number, after: $0) },
                        number: number,
                    )
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let wait = state.withLock { $0.wait.take() }
            wait?.end(.failure(Self.cancelled))
        }
        return try result.get()
    }

    /// Creates the timer that ends a wait when its time limit expires.
    private func timer(ending number: UInt64, after limit: Duration) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        let delay = Int(min(max(.zero, limit), .seconds(1_000_000_000)) / .nanoseconds(1))
        timer.setEventHandler { [weak self] in
            let wait: Wait? = self?.state.withLock { state in
                state.wait?.number == number ? state.wait.take() : nil
            }
            wait?.end(.failure(QMPError(.timedOut, "no event within \(limit.shortText)")))
        }
        timer.schedule(deadline: .now() + .nanoseconds(delay))
        timer.activate()
        return timer
    }

    private static let cancelled = QMPError(.cancelled, "the task that waited for an event was cancelled")
}

extension QMPEventQueue.State {
    /// Adds an item; if the queue is full, the oldest event is dropped, and a gap is recorded in its place.
    fileprivate mutating func append(_ item: QMPEventItem, capacity: Int) {
        if items.count == capacity {
            switch items.removeFirst() {
            case .event: missed += 1
            case .missed(let count): missed += count
            case .gap(let reason): missedGap = .gap(reason: reason)
            }
        }
        items.append(item)
    }

    /// The next item for the consumer; nil if there is none yet.
    fileprivate mutating func take() -> Result<QMPEventItem?, QMPError>? {
        if missed > 0 {
            defer { missed = 0 }
            return .success(.missed(missed))
        }
        if let gap = missedGap.take() { return .success(gap) }
        if let item = items.popFirst() { return .success(item) }
        switch end {
        case .closed: return .success(nil)
        case .lost(let error): return .failure(error)
        case nil: return nil
        }
    }
}
