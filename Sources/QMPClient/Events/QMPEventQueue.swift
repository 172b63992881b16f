import DequeModule
import Dispatch
import HostSupport
import QMPCore
import Quantities

/// What one subscriber has not consumed yet: bounded, the newest items are kept.
final class QMPEventQueue: Sendable {
    fileprivate enum End {
        case closed
        case lost(QMPError)
    }

    fileprivate typealias Waiter = CheckedContinuation<Result<QMPEventItem?, QMPError>, Never>

    fileprivate struct State {
        var items: Deque<QMPEventItem> = []
        /// How many were dropped in front of the oldest item.
        var missed = 0
        var end: End?
        var waiter: Waiter?
        /// Counts the waits, so that a time limit ends its own wait and no later one.
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

    /// Adds an item, for a waiting consumer or in the place of the oldest.
    func push(_ item: QMPEventItem) {
        let waiter: Waiter? = state.withLock { state in
            guard state.end == nil else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.append(item, capacity: capacity)
            return nil
        }
        waiter?.resume(returning: .success(item))
    }

    /// Ends the sequence behind the items that are still to be consumed.
    /// - Parameter error: Why the connection was lost; nil when it was closed on purpose.
    func finish(_ error: QMPError?) {
        let waiter: Waiter? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = error.map(End.lost) ?? .closed
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: error.map { .failure($0) } ?? .success(nil))
    }

    /// Waits for the next item.
    /// - Parameter limit: How long; nil waits without end.
    func next(within limit: Duration? = nil) async throws(QMPError) -> QMPEventItem? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let ready = state.withLock { state -> Result<QMPEventItem?, QMPError>? in
                    if let result = state.take() { return result }
                    // Asked for under the lock: the handler below has either run already, or will find the waiter.
                    if Task.isCancelled { return .failure(Self.cancelled) }
                    precondition(state.waiter == nil, "two tasks consume the same events: subscribe once for each")
                    state.waiter = continuation
                    state.waits += 1
                    if let limit { expire(wait: state.waits, after: limit) }
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: .failure(Self.cancelled))
        }
        return try result.get()
    }

    /// Ends a wait when its time has run out.
    private func expire(wait: UInt64, after limit: Duration) {
        let delay = DispatchTimeInterval.nanoseconds(
            Int(min(max(.zero, limit), .seconds(1_000_000_000)) / .nanoseconds(1))
        )
        DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            let waiter: Waiter? = state.withLock { state in
                guard state.waits == wait else { return nil }
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: .failure(QMPError(.timedOut, "no event within \(limit.shortText)")))
        }
    }

    private static let cancelled = QMPError(.cancelled, "the task that waited for an event was cancelled")
}

extension QMPEventQueue.State {
    fileprivate mutating func append(_ item: QMPEventItem, capacity: Int) {
        if items.count == capacity {
            items.removeFirst()
            missed += 1
        }
        items.append(item)
    }

    /// The next thing to tell the consumer; nil when there is nothing yet.
    fileprivate mutating func take() -> Result<QMPEventItem?, QMPError>? {
        if missed > 0 {
            defer { missed = 0 }
            return .success(.missed(missed))
        }
        if let item = items.popFirst() { return .success(item) }
        switch end {
        case .closed: return .success(nil)
        case .lost(let error): return .failure(error)
        case nil: return nil
        }
    }
}
