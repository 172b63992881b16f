import Machines
import Quantities
import Synchronization
import TestRuns

/// The timing breakdown of each fork of a run, as a table for `--timings`.
final class TimingTable: Sendable {
    private let rows = Mutex<[TestTiming]>([])

    func note(_ timing: TestTiming) {
        rows.withLock { $0.append(timing) }
    }

    /// The table, slowest first, and the medians; empty if nothing was timed.
    var text: String {
        let rows = rows.withLock { $0 }.sorted { $0.total > $1.total }
        guard !rows.isEmpty else { return "" }
        var table = TextTable(header: TestTiming.parts.map(\.name) + ["total", "tests"])
        for row in rows {
            table.add(Self.columns.map { $0(row).shortText } + [Self.name(row.tests)])
        }
        table.add(Self.columns.map { Self.median(rows, $0).shortText } + ["median of \(rows.count)"])
        return table.text
    }

    private static let columns: [@Sendable (TestTiming) -> Duration] = TestTiming.parts.map(\.duration) + [{ $0.total }]

    private static func median(_ rows: [TestTiming], _ value: (TestTiming) -> Duration) -> Duration {
        rows.map(value).sorted()[rows.count / 2]
    }

    private static func name(_ tests: [String]) -> String {
        guard let first = tests.first else { return "none" }
        return tests.count == 1 ? first : "\(first) and \(tests.count - 1) more"
    }
}
