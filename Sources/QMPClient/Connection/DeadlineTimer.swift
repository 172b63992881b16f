@preconcurrency import Dispatch
import HostSupport

/// One timer for all the deadlines of a connection.
///
/// It is not reset when a deadline is no longer needed: most are never reached, and setting a timer costs more than a
/// command. So it is set about once in the time of the longest deadline, however many there are.
final class DeadlineTimer: Sendable {
    private let source: any DispatchSourceTimer = DispatchSource.makeTimerSource(
        queue: DispatchQueue(label: "quiver.qmp.deadlines")
    )
    /// When it fires next; it may then find nothing to do.
    private let setFor = Locked<ContinuousClock.Instant?>(nil)

    /// Calls `handler` whenever a deadline is reached, from now on.
    func activate(_ handler: @escaping @Sendable () -> Void) {
        source.setEventHandler { [self] in
            setFor.withLock { $0 = nil }
            handler()
        }
        source.activate()
    }

    /// Makes the timer fire at `deadline`, unless it fires earlier anyway.
    func fire(noLaterThan deadline: ContinuousClock.Instant) {
        setFor.withLock { current in
            if let current, current <= deadline { return }
            current = deadline
            // Beyond a century Dispatch's nanoseconds overflow.
            let delay = min(max(.zero, ContinuousClock.now.duration(to: deadline)), .seconds(3_000_000_000))
            source.schedule(deadline: .now() + .nanoseconds(Int(delay / .nanoseconds(1))), leeway: .milliseconds(1))
        }
    }

    /// Stops the timer permanently.
    func cancel() { source.cancel() }
}
