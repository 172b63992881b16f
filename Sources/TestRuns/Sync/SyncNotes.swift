import HostSupport
import Quantities

/// Reports the progress of a copy every few seconds.
struct SyncNotes: Sendable {
    private static let interval = Duration.seconds(5)

    let clock: StageClock
    private let last = Locked(ContinuousClock.now)

    init(clock: StageClock) {
        self.clock = clock
    }

    func show(_ update: ProgressUpdate) {
        let isDue = last.withLock { last in
            guard .now - last >= Self.interval else { return false }
            last = .now
            return true
        }
        guard isDue else { return }
        let share = update.total.flatMap { total in
            total == 0 ? nil : update.completed.map { " \($0 * 100 / total) %" }
        }
        clock.note(.sync, "\(update.task)\(share ?? "")")
    }
}
