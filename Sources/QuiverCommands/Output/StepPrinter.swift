import HostSupport
import Quantities
import Synchronization

/// Shows the progress of long work on standard error: redrawn on a terminal, one plain line per step elsewhere.
final class StepPrinter: Sendable {
    private let isTerminal = StandardError.isTerminal
    private let last = Mutex((task: "", percent: -1))

    /// Shows one update; a step with a known total is shown in percent.
    func show(_ update: ProgressUpdate) {
        let percent = update.total.flatMap { total in
            total == 0 ? nil : update.completed.map { Int(Double($0) / Double(total) * 100) }
        }
        let (isNew, isFurther) = last.withLock { last in
            defer { last = (update.task, percent ?? -1) }
            return (last.task != update.task, last.percent != percent ?? -1)
        }
        if isTerminal {
            guard isNew || isFurther else { return }
            if isNew && percent == nil { StandardError.writeRaw("\r\u{1B}[K\(update.task) ...") }
            if let percent { StandardError.writeRaw("\r\u{1B}[K\(update.task) \(percent) %\(amount(of: update))") }
        } else if isNew {
            StandardError.write("\(update.task) ...")
        } else if isFurther, let percent, percent % 10 == 0 {
            StandardError.write("\(update.task) \(percent) %\(amount(of: update))")
        }
    }

    /// Ends the progress with a line that stays.
    func finish(_ line: String) {
        StandardError.clearLine()
        StandardError.write(line)
    }

    private func amount(of update: ProgressUpdate) -> String {
        guard update.isBytes, let total = update.total else { return "" }
        return " of \(ByteCount(total))"
    }
}
