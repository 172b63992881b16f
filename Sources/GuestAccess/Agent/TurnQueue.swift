import Synchronization

/// Lets one at a time through, in the order in which they came.
final class TurnQueue: Sendable {
    /// How a wait for a turn ended.
    enum Outcome: Sendable {
        case taken
        case late
        case cancelled
    }

    private struct State {
        var isTaken = false
        var waiting: [OneShot<Outcome>] = []
    }

    private let state = Mutex(State())

    /// Waits for a turn, for at most `limit`; one that was taken must be given back with ``release()``.
    func take(within limit: Duration) async -> Outcome {
        let turn = OneShot<Outcome>()
        state.withLock { state in
            if state.isTaken {
                state.waiting.append(turn)
            } else {
                state.isTaken = true
                turn.set(.taken)
            }
        }
        let outcome = await turn.wait(within: limit, late: .late, cancelled: .cancelled)
        if outcome != .taken {
            // The turn may have come at the moment when the wait ended: then it is passed to the next.
            let isStillWaiting = state.withLock { state in
                guard let index = state.waiting.firstIndex(where: { $0 === turn }) else { return false }
                state.waiting.remove(at: index)
                return true
            }
            if !isStillWaiting { release() }
        }
        return outcome
    }

    /// Passes the turn to the longest waiting caller.
    func release() {
        let next: OneShot<Outcome>? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.set(.taken)
    }
}
