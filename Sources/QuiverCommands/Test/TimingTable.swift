import Machines
import Quantities
import Synchronization
import TestRuns

/// Where the time of each fork of a run went, as a table for `--timings`.
final class TimingTable: Sendable {
    private let rows = Mutex<[TestTiming]>([])

    func note(_ timing: TestTiming) {
        rows.withLock { $0.append(timing) }
    }

    /// The table, slowest first, and the medians; empty when nothing was timed.
    var text: String {
        let rows = rows.withLock { $0 }.sorted { $0.total > $1.total }
        guard !rows.isEmpty else { return "" }
        var table = TextTable(header: ["start", "load", "guest", "(test)", "tear down", "total", "tests"])
        for row in rows {
            table.add(
                [row.fork.start, row.fork.load, row.guest, row.test, row.tearDown, row.total].map(\.shortText)
                    + [Self.name(row.tests)]
            )
        }
        let medians: [KeyPath<TestTiming, Duration>] = [
            \.fork.start, \.fork.load, \.guest, \.test, \.tearDown, \.total,
        ]
        table.add(medians.map { Self.median(rows, $0).shortText } + ["median of \(rows.count)"])
        return table.text
    }

    private static func median(_ rows: [TestTiming], _ value: KeyPath<TestTiming, Duration>) -> Duration {
        let sorted = rows.map { $0[keyPath: value] }.sorted()
        return sorted[sorted.count / 2]
    }

    private static func name(_ tests: [String]) -> String {
        guard let first = tests.first else { return "none" }
        return tests.count == 1 ? first : "\(first) and \(tests.count - 1) more"
    }
}
