import GuestAccess
import WireJSON

/// What pytest reported about a run, as recorded in the guest.
struct TestRecord: Sendable, Hashable, JSONDecodable {
    struct Test: Sendable, Hashable, JSONDecodable {
        /// pytest's node id.
        let id: String
        let phases: [Phase]
        /// The captured output: titles such as `Captured stdout call`, and texts.
        let output: [[String]]

        init(id: String, phases: [Phase], output: [[String]] = []) {
            self.id = id
            self.phases = phases
            self.output = output
        }

        init(json: JSON) throws(JSONError) {
            let members = try JSONObject(json: json)
            id = try members.value("id")
            phases = try members.value("phases")
            output = try members.value("output")
        }

        var seconds: Double { phases.reduce(0) { $0 + $1.seconds } }

        var outcome: Outcome {
            if phases.contains(where: { $0.outcome == "failed" && $0.when == "call" }) { return .failed }
            if phases.contains(where: { $0.outcome == "failed" }) { return .error }
            if let expected = phases.first(where: { $0.expected != nil }) {
                return expected.outcome == "skipped" ? .failedAsExpected : .passedUnexpectedly
            }
            return phases.contains { $0.outcome == "skipped" } ? .skipped : .passed
        }
    }

    /// Set-up, call or tear-down.
    struct Phase: Sendable, Hashable, JSONDecodable {
        let when: String
        /// passed, failed or skipped.
        let outcome: String
        let seconds: Double
        /// The traceback, or the reason of a skip; empty for most.
        let text: String
        /// The reason why a failure was expected; nil if it was not.
        let expected: String?

        init(when: String, outcome: String, seconds: Double = 0, text: String = "", expected: String? = nil) {
            self.when = when
            self.outcome = outcome
            self.seconds = seconds
            self.text = text
            self.expected = expected
        }

        init(json: JSON) throws(JSONError) {
            let members = try JSONObject(json: json)
            when = try members.value("when")
            outcome = try members.value("outcome")
            seconds = try members.guestSeconds("seconds")
            text = try members.value("text")
            expected = try members.optionalValue("expected")
        }
    }

    /// The outcome of a test, in pytest's words; in the order of the report.
    enum Outcome: String, Sendable, CaseIterable {
        case failed
        case error
        case passedUnexpectedly = "xpassed"
        case failedAsExpected = "xfailed"
        case skipped
        case passed
    }

    /// A remark about a test or a file: a warning, or why it could not be collected.
    struct Remark: Sendable, Hashable, JSONDecodable {
        let id: String
        let text: String
        /// The place in the code; nil for what could not be collected.
        let place: String?

        init(json: JSON) throws(JSONError) {
            let members = try JSONObject(json: json)
            id = try members.value("id")
            text = try members.value("text")
            place = try members.optionalValue("place")
        }
    }

    var tests: [Test] = []
    var errors: [Remark] = []
    var warnings: [Remark] = []

    init() {}

    init(json: JSON) throws(JSONError) {
        let members = try JSONObject(json: json)
        tests = try members.value("tests")
        errors = try members.value("errors")
        warnings = try members.value("warnings")
    }

    /// The number of tests for each outcome that occurs.
    var counts: [(outcome: Outcome, count: Int)] {
        Outcome.allCases.map { outcome in (outcome, tests.count { $0.outcome == outcome }) }.filter { $0.1 > 0 }
    }
}
