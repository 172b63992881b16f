public import WireJSON

/// The first message of the helper in a guest.
public struct HelperHello: Hashable, Sendable, JSONDecodable {
    /// The version of the protocol that the helper speaks.
    public let version: Int
    /// The kernel's id of this boot; it stays the same across a restore or fork.
    public let bootID: String
    /// The guest's Python, as in `3.11.2`.
    public let python: String
    /// How long the guest's kernel has been running.
    public let uptime: Duration
    /// What the boot has reached so far, in the order in which it was noticed.
    public let milestones: [GuestMilestone]

    /// Reads the message as the helper sends it; uptime is in seconds there.
    ///
    /// - Throws: ``WireJSON/JSONError`` for a member that is missing or has another type.
    public init(json: JSON) throws(JSONError) {
        let members = try JSONObject(json: json)
        version = try members.value("version")
        bootID = try members.guestText("boot_id", atMost: 100)
        python = try members.guestText("python", atMost: 100)
        uptime = try members.guestDuration("uptime")
        milestones = try members.guestList("milestones", atMost: GuestMilestone.largestCount)
    }
}
