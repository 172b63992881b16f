public import WireJSON

/// An event as QEMU sent it, not yet decoded into a type.
public struct QMPEvent: Sendable, Hashable {
    /// The name on the wire, as in `SHUTDOWN`.
    public let name: String
    /// The event's members; empty if it has none.
    public let data: JSONObject
    /// QEMU's clock in microseconds since 1970; nil if the host could not get the time (QEMU sends -1).
    public let timestamp: Int64?
    /// When the event arrived, on a monotonic clock.
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
