import Synchronization

/// A value that is set once, and that any number of tasks can wait for.
final class OneTimeValue<Value: Sendable>: Sendable {
    private enum State {
        case waiting([UInt64: CheckedContinuation<Value, any Error>], next: UInt64)
        case set(Value)
    }

    private let state = Mutex(State.waiting([:], next: 0))

    /// The value, if it is set.
    var current: Value? {
        state.withLock { state in
            switch state {
            case .set(let value): value
            case .waiting: nil
            }
        }
    }

    /// Sets the value and resumes all waiting tasks; only the first value counts.
    func set(_ value: Value) {
        let waiters = state.withLock { state -> [CheckedContinuation<Value, any Error>] in
            switch state {
            case .set: return []
            case .waiting(let waiters, _):
                state = .set(value)
                return Array(waiters.values)
            }
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// Waits for the value.
    /// - Throws: `CancellationError` when the waiting task is cancelled first.
    func value() async throws -> Value {
        let ticket = state.withLock { state -> UInt64 in
            switch state {
            case .set: return 0
            case .waiting(let waiters, let next):
                state = .waiting(waiters, next: next + 1)
                return next
            }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Value, any Error>? in
                    switch state {
                    case .set(let value): return .success(value)
                    case .waiting(var waiters, let next):
                        // Checked inside the lock: the handler below takes the same lock, so one of them sees the
                        // other.
                        if Task.isCancelled { return .failure(CancellationError()) }
                        waiters[ticket] = continuation
                        state = .waiting(waiters, next: next)
                        return nil
                    }
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
                guard case .waiting(var waiters, let next) = state else { return nil }
                let waiter = waiters.removeValue(forKey: ticket)
                state = .waiting(waiters, next: next)
                return waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }
}
