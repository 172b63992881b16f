import Dispatch
import Synchronization

/// A value that is set once and awaited once, with a deadline.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Value, Never>)
        case set(Value)
        case done
    }

    private let state = Mutex(State.empty)

    /// Sets the value; only the first one counts.
    func set(_ value: Value) {
        let waiter: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .set(value)
                return nil
            case .awaited(let continuation):
                state = .done
                return continuation
            case .set, .done:
                return nil
            }
        }
        waiter?.resume(returning: value)
    }

    /// Waits for the value; sets `late` itself when `limit` has passed, and `cancelled` when the task is cancelled.
    func wait(within limit: Duration, late: Value, cancelled: Value) async -> Value {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + limit.dispatchInterval)
        timer.setEventHandler { self.set(late) }
        timer.activate()
        defer { timer.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let value: Value? = state.withLock { state in
                    switch state {
                    case .set(let value):
                        state = .done
                        return value
                    case .empty:
                        state = .awaited(continuation)
                        return nil
                    case .awaited, .done:
                        preconditionFailure("A OneShot is awaited once.")
                    }
                }
                if let value { continuation.resume(returning: value) }
            }
        } onCancel: {
            set(cancelled)
        }
    }
}

extension Duration {
    /// For timers; a limit below zero has passed already.
    fileprivate var dispatchInterval: DispatchTimeInterval {
        let (seconds, attoseconds) = components
        guard seconds >= 0 else { return .nanoseconds(0) }
        guard seconds < 1_000_000_000 else { return .never }
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}
