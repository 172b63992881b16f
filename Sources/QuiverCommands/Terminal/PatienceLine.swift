import GuestAccess
import HostSupport
import Quantities
import Synchronization

/// A line on standard error that shows how long a wait has lasted, and its progress.
///
/// On a terminal the line is redrawn each second and removed at the end; elsewhere it is written once, and each step is
/// another line.
final class PatienceLine: Sendable {
    private let task: String
    private let start = ContinuousClock.now
    private let step = Mutex("")
    private let isTerminal = StandardError.isTerminal

    private init(_ task: String) {
        self.task = task
    }

    /// Shows the line while the body runs.
    static func show<Value: Sendable>(
        _ task: String,
        while body: @escaping @Sendable (PatienceLine) async throws -> Value,
    ) async throws -> Value {
        let line = PatienceLine(task)
        guard line.isTerminal else {
            StandardError.write("\(task) ...")
            return try await body(line)
        }
        defer { StandardError.writeRaw("\r\u{1B}[K") }
        let value: Value? = try await race(
            { try await body(line) },
            {
                while true {
                    line.draw()
                    try await Task.sleep(for: .seconds(1))
                }
            },
        )
        guard let value else { throw CancellationError() }
        return value
    }

    /// Shows a step.
    func note(_ step: String) {
        let step = GuestText.shown(step)
        self.step.withLock { $0 = step }
        if isTerminal { draw() } else { StandardError.write("  \((ContinuousClock.now - start).shortText)  \(step)") }
    }

    private func draw() {
        let step = step.withLock { $0 }
        let seconds = (ContinuousClock.now - start).components.seconds
        StandardError.writeRaw("\r\u{1B}[K\(task): \(seconds) s\(step.isEmpty ? "" : "  (\(step))")")
    }
}
