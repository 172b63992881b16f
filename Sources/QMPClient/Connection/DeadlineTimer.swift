@preconcurrency import Dispatch
import HostSupport

/// One timer for all the deadlines of a connection.
///
/// It is never set back when a deadline is no longer wanted: most are never reached, and setting a timer costs more
/// than a command. So it is set about once in the time of the longest deadline, however many there are.
final class DeadlineTimer: Sendable {
    private let source: any DispatchSourceTimer = DispatchSource.makeTimerSource(
        queue: DispatchQueue(label: "quiver.qmp.deadlines")
    )
    /// When it fires next; it may then find nothing to do.
    private let setFor = Locked<ContinuousClock.Instant?>(nil)

    /// Begins to call `handler` when a deadline is reached.
    func activate(_ handler: @escaping @Sendable () -> Void) {
        source.setEventHandler { [self] in
            setFor.withLock { $0 = nil }
            handler()
        }
        source.activate()
    }

    /// Has the timer fire at `deadline`, unless it fires earlier anyway.
    func fire(noLaterThan deadline: ContinuousClock.Instant) {
        setFor.withLock { current in
            if let current, current <= deadline { return }
            current = deadline
            // Beyond a century Dispatch's nanoseconds overflow.
            let delay = min(max(.zero, ContinuousClock.now.duration(to: deadline)), .seconds(3_000_000_000))
            source.schedule(deadline: .now() + .nanoseconds(Int(delay / .nanoseconds(1))), leeway: .milliseconds(1))
        }
    }

    /// Ends the timer for good.
    func cancel() { source.cancel() }
}
