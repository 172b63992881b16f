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
            "disabled in the image or on the kernel's command line"
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

    /// How cloud-init ended by the console and by its own words, why the helper is silent, and a word of the reason.
    static let ends: [(source: String?, status: String?, helper: HelperDiagnosis?, words: String)] = [
        ("DataSourceNone", nil, nil, "found no data source (DataSourceNone); the image's datasource_list"),
        ("DataSourceNoCloud [seed=x]", nil, nil, "has finished (DataSourceNoCloud [seed=x]) and Quiver's helper"),
        ("", nil, nil, "has finished and Quiver's helper, which the seed's vendor-data installs, has not answered"),
        ("DataSourceNoCloud", nil, .vendorDataDisabled, "it ignores vendor-data"),
        (nil, #"{"status": "done", "detail": "DataSourceX"}"#, .noPython, "(DataSourceX) and the guest has no /usr"),
        (nil, #"{"status": "running", "detail": "stage init"}"#, .notInstalled, "(status: running, stage init)"),
        ("DataSourceNoCloud", #"{"status": "disabled", "detail": "by a file"}"#, nil, "cloud-init is disabled"),
    ]

    @Test(arguments: ends)
    func `why a helper is silent after cloud-init's end is told`(
        source: String?,
        status: String?,
        helper: HelperDiagnosis?,
        words: String,
    ) {
        let answer = status.map { SeedDiagnosis.Answer(output: $0, exitStatus: 0) } ?? .silence
        let reason = SeedDiagnosis.explain(answer, dataSource: source, helper: helper)
        #expect(reason.contains(words), "\(reason)")
    }

    @Test(arguments: answers)
    func `only an answer that leaves no hope ends the wait for the helper`(output: String, status: Int32, words: String)
    {
        let answer = SeedDiagnosis.Answer(output: output, exitStatus: status)
        #expect(answer.isHopeless == !["running", "usage"].contains { output.contains($0) }, "\(output)")
    }

    @Test(arguments: HelperDiagnosis.allCases)
    func `what the guest says of its helper is understood`(diagnosis: HelperDiagnosis) {
        #expect(HelperDiagnosis(answer: "\(diagnosis.rawValue)\n") == diagnosis)
        #expect(HelperDiagnosis(answer: "sh: \(diagnosis.rawValue)\n") == nil)
        #expect(HelperDiagnosis.question.contains("echo \(diagnosis.rawValue)"))
    }

    @Test(arguments: [
        ("ok http://a/debian\nbad http://b/debian: timed out\n", false),
        ("bad http://a/debian: timed out\nbad http://b/debian: refused\n", true), ("", false), ("ok http://a\n", false),
    ])
    func `packages cannot come when no mirror answers`(report: String, isHopeless: Bool) {
        #expect(MirrorReport(report).isHopeless == isHopeless)
    }
}
