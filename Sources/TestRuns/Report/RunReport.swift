import HostSupport
import Synchronization
import SystemPackage

/// Collects what happens during a run, for the HTML report at its end.
final class RunReport: Sendable {
    private struct State {
        var record: TestRecord?
        var timings: [TestTiming] = []
    }

    private let state = Mutex(State())

    func note(_ timing: TestTiming) { state.withLock { $0.timings.append(timing) } }

    func note(_ record: TestRecord) { state.withLock { $0.record = record } }

    /// Writes the report; if pytest wrote no record, it only has the stages.
    func write(to path: FilePath, title: String, status: Int32, stages: [StageTime]) throws(FileFailure) {
        let (record, timings) = state.withLock { ($0.record, $0.timings) }
        let page = ReportPage(
            title: title,
            status: status,
            record: record ?? TestRecord(),
            timings: timings,
            stages: stages,
        )
        try WholeFile.write(page.html.utf8, to: path, mode: [.ownerReadWrite, .groupRead, .otherRead])
    }
}
