public import WireJSON

/// An event as QEMU sent it, before it is given a type.
public struct QMPEvent: Sendable, Hashable {
    /// The name on the wire, as in `SHUTDOWN`.
    public let name: String
    /// The event's members; empty when it carries none.
    public let data: JSONObject
    /// QEMU's clock in microseconds since 1970; nil when the host could not tell the time (QEMU sends -1).
    public let timestamp: Int64?
    /// When the event arrived, on a clock that never goes back.
    public let received: ContinuousClock.Instant

    /// Creates an event, by default one that arrives now without a time of QEMU's.
    public init(name: String, data: JSONObject = [:], timestamp: Int64? = nil, received: ContinuousClock.Instant = .now)
    {
        self.name = name
        self.data = data
        self.timestamp = timestamp
        self.received = received
    }
}

/// One kind of event with its members, generated from the schema.
public protocol QMPEventType: JSONDecodable, Sendable {
    /// The name on the wire, as in `SHUTDOWN`.
    static var name: String { get }
}
