public import WireJSON

/// A point that a guest's boot has reached, reported by the helper.
public struct GuestMilestone: Hashable, Sendable, JSONDecodable {
    /// What was reached, as in `helper`, `ssh`, `cloud-init` (its end) or `cloud-init init start`.
    public let name: String
    /// When, since the guest's kernel started.
    public let uptime: Duration
    /// cloud-init's status; only in the milestone `cloud-init`.
    public let cloudInit: CloudInitStatus?

    /// Creates a milestone; the parameters are its properties.
    public init(name: String, uptime: Duration, cloudInit: CloudInitStatus? = nil) {
        self.name = name
        self.uptime = uptime
        self.cloudInit = cloudInit
    }

    /// Reads the milestone as the helper sends it; uptime is in seconds there.
    public init(json: JSON) throws(JSONError) {
        let members = try JSONObject(json: json)
        name = try members.guestText("name", atMost: 200)
        uptime = try members.guestDuration("uptime")
        guard name == Self.cloudInitEnded else {
            cloudInit = nil
            return
        }
        switch members["state"]?.stringValue {
        case "disabled": cloudInit = CloudInitStatus(state: .disabled)
        case "absent": cloudInit = CloudInitStatus(state: .absent)
        default:
            cloudInit = try CloudInitStatus(
                status: try members.value("status"),
                result: members["result"],
                logLines: try members.optionalValue("log") ?? [],
            )
        }
    }

    /// A boot has some twenty; more than this many are not kept.
    static let largestCount = 500

    /// The helper itself has started.
    public static let helperStarted: String = "helper"
    /// sshd listens.
    public static let sshListens: String = "ssh"
    /// cloud-init has ended, successfully or not.
    public static let cloudInitEnded: String = "cloud-init"
}
