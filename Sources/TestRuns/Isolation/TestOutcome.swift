import GuestAccess
import WireJSON

/// The outcome of one test in its fork.
enum TestOutcome: Sendable, Hashable {
    /// pytest ran it and sent its reports, which only another pytest can read.
    case ran(Ran)
    /// The interpreter or the machine ended during it.
    case crashed(reason: String, output: String, seconds: Double)

    struct Ran: Sendable, Hashable {
        /// The reports and warnings as the plugin packed them.
        let payload: String
        let hasFailed: Bool
        /// How long the test took in the guest, with its set-up and tear-down.
        let seconds: Double
        /// How long the fix-up of clock and random pool took before, if pytest did it itself.
        var fixUpSeconds = 0.0
        /// What ended the whole run, such as `pytest.exit()`; nil for nearly every test.
        let ending: JSON?
        /// What the test wrote that pytest did not capture.
        var output = ""
    }

    /// How long the test took in the guest, in seconds.
    var seconds: Double {
        switch self {
        case .ran(let ran): ran.seconds
        case .crashed(_, _, let seconds): seconds
        }
    }

    var hasFailed: Bool {
        switch self {
        case .ran(let ran): ran.hasFailed
        case .crashed: true
        }
    }

    /// Whether no more tests are run after it.
    var endsRun: Bool {
        switch self {
        case .ran(let ran): ran.ending != nil
        case .crashed: false
        }
    }

    /// The request that makes the coordinator report it.
    func replay(of index: Int) -> JSONObject {
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

/// A message of the plugin while a fork runs tests.
enum RunnerMessage: Sendable {
    /// - Parameter token: What the host told this fork, if the plugin sent the message.
    case ran(item: Int, token: String, TestOutcome.Ran)
    case done(token: String)
    /// It says that it is a result, and is none.
    case malformed

    init?(_ message: JSONObject) {
        let token = message["token"]?.stringValue ?? ""
        switch message["event"]?.stringValue {
        case "done": self = .done(token: token)
        case "ran":
            guard let item = message["item"]?.intValue, let payload = message["payload"]?.stringValue,
                let hasFailed = message["failed"]?.boolValue, let seconds = try? message.guestSeconds("seconds"),
                let fixUp = try? message["fix_up"] == nil ? 0 : message.guestSeconds("fix_up")
            else {
                self = .malformed
                return
            }
            let ending = message["ending"] == .null ? nil : message["ending"]
            var ran = TestOutcome.Ran(payload: payload, hasFailed: hasFailed, seconds: seconds, ending: ending)
            ran.fixUpSeconds = fixUp
            self = .ran(item: item, token: token, ran)
        default: return nil
        }
    }
}
