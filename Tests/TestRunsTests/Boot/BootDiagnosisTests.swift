import Testing

@testable import TestRuns

@Suite struct BootDiagnosisTests {
    /// What `cloud-init status --format json` prints, how it ends, and a word of what is made of it.
    static let answers: [(output: String, status: Int32, words: String)] = [
        ("", 127, "has no cloud-init"),
        (
            #"{"status": "disabled", "detail": "Cloud-init disabled by cloud-init-generator", "errors": []}"#, 0,
            "found no data source"
        ),
        (
            #"{"status": "disabled", "detail": "Cloud-init disabled by /etc/cloud/cloud-init.disabled"}"#, 0,
            "switched off in the image or on the kernel's command line"
        ),
        (#"{"status": "done", "detail": "DataSourceNone", "datasource": "none"}"#, 0, "found no data source"),
        (#"{"status": "done", "datasource": "none", "recoverable_errors": {"WARNING": ["w"]}}"#, 2, "no data source"),
        (#"{"status": "running", "detail": "Running in stage: init"}"#, 0, "(status: running, Running in stage: init)"),
        ("usage: cloud-init [-h]\nunrecognized arguments\n", 2, "(usage: cloud-init [-h], unrecognized arguments)"),
    ]

    @Test(arguments: answers)
    func `why a seed was not read is told`(output: String, status: Int32, words: String) {
        let reason = SeedDiagnosis.explain(SeedDiagnosis.Answer(output: output, exitStatus: status))
        #expect(reason.contains(words), "\(reason)")
    }

    @Test func `a guest that cannot be asked is not blamed`() {
        #expect(SeedDiagnosis.explain(.silence).contains("no guest agent answers"))
    }

    @Test(arguments: [
        ("ok http://a/debian\nbad http://b/debian: timed out\n", false),
        ("bad http://a/debian: timed out\nbad http://b/debian: refused\n", true), ("", false), ("ok http://a\n", false),
    ])
    func `packages cannot come when no mirror answers`(report: String, isHopeless: Bool) {
        #expect(MirrorReport(report).isHopeless == isHopeless)
    }
}
