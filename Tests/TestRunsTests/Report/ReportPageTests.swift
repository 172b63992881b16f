import Testing
import WireJSON

@testable import Forks
@testable import Machines
@testable import TestRuns

@Suite struct ReportPageTests {
    private typealias Phase = TestRecord.Phase

    private static func test(_ phases: TestRecord.Phase...) -> TestRecord.Test {
        TestRecord.Test(id: "a.py::t", phases: phases)
    }

    @Test(
        arguments: [
            ([Phase(when: "setup", outcome: "passed"), Phase(when: "call", outcome: "passed")], .passed),
            ([Phase(when: "setup", outcome: "passed"), Phase(when: "call", outcome: "failed")], .failed),
            ([Phase(when: "setup", outcome: "failed")], .error),
            ([Phase(when: "call", outcome: "passed"), Phase(when: "teardown", outcome: "failed")], .error),
            ([Phase(when: "setup", outcome: "skipped", text: "why")], .skipped),
            ([Phase(when: "call", outcome: "skipped", expected: "known")], .failedAsExpected),
            ([Phase(when: "call", outcome: "passed", expected: "fixed")], .passedUnexpectedly),
        ] as [([TestRecord.Phase], TestRecord.Outcome)]
    )
    func `a test's outcome is what pytest calls it`(phases: [TestRecord.Phase], outcome: TestRecord.Outcome) {
        #expect(TestRecord.Test(id: "t", phases: phases).outcome == outcome)
    }

    @Test func `what tests print cannot break the page`() {
        var record = TestRecord()
        record.tests = [
            TestRecord.Test(
                id: "a.py::t[<script>\"&]",
                phases: [Phase(when: "call", outcome: "failed", text: "</pre><b>\u{1B}[31m")],
                output: [["Captured stdout call", "<img src=x>"]],
            )
        ]
        let page = ReportPage(title: "a & b", status: 1, record: record, timings: [], stages: []).html
        #expect(page.contains("t[&lt;script&gt;&quot;&amp;]"))
        #expect(page.contains("&lt;/pre&gt;&lt;b&gt;\u{FFFD}[31m"))
        #expect(page.contains("&lt;img src=x&gt;"))
        #expect(page.contains("<h1>a &amp; b</h1>"))
        #expect(!page.contains("<img") && !page.contains("<b>\u{1B}"))
        #expect(!page.contains("http"), "a page that needs something from elsewhere")
    }

    @Test func `a test's fork is shown with the parts of its time`() {
        var record = TestRecord()
        record.tests = [Self.test(Phase(when: "call", outcome: "passed", seconds: 0.5))]
        let timing = TestTiming(
            tests: ["a.py::t"],
            fork: ForkTimings(start: .milliseconds(37), load: .milliseconds(10), resume: .milliseconds(1)),
            test: .milliseconds(500),
            collection: .milliseconds(40),
            tearDown: .milliseconds(7),
        )
        let page = ReportPage(title: "p", status: 0, record: record, timings: [timing], stages: []).html
        for part in ["fork 47 ms", "resume 1 ms", "test 500 ms", "report 40 ms", "tear down 7 ms"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(page.contains("1 passed"))
    }

    @Test func `the recorder's file is understood`() throws {
        let text = #"""
            {"tests":[{"id":"a.py::t","output":[["Captured stdout call","x"]],"phases":[
            {"when":"call","outcome":"passed","seconds":0.25,"text":"","expected":null}]}],
            "errors":[{"id":"b.py","text":"no module"}],"warnings":[{"id":"a.py::t","text":"w","place":"a.py:1"}]}
            """#
        let record = try JSON.parse(Array(text.utf8)).decode(as: TestRecord.self)
        #expect(record.tests.first?.seconds == 0.25)
        #expect(record.errors.first?.place == nil)
        #expect(record.counts.map(\.count) == [1])
    }
}
