import GuestAccess
package import WireJSON

/// A message of the plugin while a fork runs tests.
package enum RunnerMessage: Sendable {
    /// - Parameter token: What the host told this fork, if the plugin sent the message.
    case ran(item: Int, token: String, TestOutcome.Ran)
    case done(token: String)
    /// It says that it is a result, and is none.
    case malformed

    package init?(_ message: JSONObject) {
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
