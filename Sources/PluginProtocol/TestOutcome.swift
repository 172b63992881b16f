package import WireJSON

/// The outcome of one test in its fork.
package enum TestOutcome: Sendable, Hashable {
    /// pytest ran it and sent its reports, which only another pytest can read.
    case ran(Ran)
    /// The interpreter or the machine ended during it.
    case crashed(reason: String, output: String, seconds: Double)

    package struct Ran: Sendable, Hashable {
        /// The reports and warnings as the plugin packed them.
        package let payload: String
        package let hasFailed: Bool
        /// How long the test took in the guest, with its set-up and tear-down.
        package let seconds: Double
        /// How long the fix-up of clock and random pool took before, if pytest did it itself.
        package var fixUpSeconds = 0.0
        /// What ended the whole run, such as `pytest.exit()`; nil for nearly every test.
        package let ending: JSON?
        /// What the test wrote that pytest did not capture.
        package var output = ""

        package init(payload: String, hasFailed: Bool, seconds: Double, ending: JSON?) {
            self.payload = payload
            self.hasFailed = hasFailed
            self.seconds = seconds
            self.ending = ending
        }
    }

    /// How long the test took in the guest, in seconds.
    package var seconds: Double {
        switch self {
        case .ran(let ran): ran.seconds
        case .crashed(_, _, let seconds): seconds
        }
    }

    package var hasFailed: Bool {
        switch self {
        case .ran(let ran): ran.hasFailed
        case .crashed: true
        }
    }

    /// Whether no more tests are run after it.
    package var endsRun: Bool {
        switch self {
        case .ran(let ran): ran.ending != nil
        case .crashed: false
        }
    }

    /// The request that makes the coordinator report it.
    package func replay(of index: Int) -> JSONObject {
        var request: JSONObject = ["do": "replay", "item": .integer(Int64(index))]
        switch self {
        case .ran(let ran):
            request.set("payload", ran.payload)
            request.set("ending", ran.ending)
        case .crashed(let reason, let output, let seconds):
            request.set("crash", reason)
            request.set("output", output)
            request["seconds"] = .double(seconds)
        }
        return request
    }
}
