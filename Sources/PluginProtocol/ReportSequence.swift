/// Sorts the forks' reports into the order in which the tests were collected.
package struct ReportSequence<Report: Sendable>: Sendable {
    private let count: Int
    private var next = 0
    private var waiting: [Int: Report] = [:]

    package init(count: Int) {
        self.count = count
    }

    /// Whether every report has been returned.
    package var isComplete: Bool { next == count }

    /// The number of missing reports.
    package var missing: Int { count - next - waiting.count }

    /// Adds the report of one test; returns those whose turn it is now, in order.
    package mutating func add(_ report: Report, of index: Int) -> [(index: Int, report: Report)] {
        guard index >= next, index < count, waiting[index] == nil else { return [] }
        waiting[index] = report
        var ready: [(index: Int, report: Report)] = []
        while let report = waiting.removeValue(forKey: next) {
            ready.append((next, report))
            next += 1
        }
        return ready
    }
}
