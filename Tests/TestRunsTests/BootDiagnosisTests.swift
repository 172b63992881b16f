import Testing

@testable import TestRuns

@Suite struct BootDiagnosisTests {
    /// What `cloud-init status --long` says, and a word of what is made of it.
    static let reports: [(report: String?, words: String)] = [
        (nil, "no guest agent answers"),
        ("absent\n", "has no cloud-init"),
        ("status: disabled\ndetail:\nCloud-init disabled by cloud-init-generator\n", "found no data source"),
        (
            "status: disabled\ndetail:\nCloud-init disabled by /etc/cloud/cloud-init.disabled\n",
            "switched off in the image or on the kernel's command line"
        ),
        ("status: done\ndetail:\nDataSourceNone\n", "no data source"),
        ("status: running\n", "did not start the helper"),
    ]

    @Test(arguments: reports)
    func `why a seed was not read is told`(report: String?, words: String) {
        #expect(SeedDiagnosis.explain(report).contains(words))
    }

    @Test(arguments: [
        ("ok http://a/debian\nbad http://b/debian: timed out\n", false),
        ("bad http://a/debian: timed out\nbad http://b/debian: refused\n", true), ("", false), ("ok http://a\n", false),
    ])
    func `packages cannot come when no mirror answers`(report: String, isHopeless: Bool) {
        #expect(MirrorReport(report).isHopeless == isHopeless)
    }
}
