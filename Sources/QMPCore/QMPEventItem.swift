/// What a subscriber to events receives.
public enum QMPEventItem: Sendable, Hashable {
    /// An event, as QEMU sent it.
    case event(QMPEvent)
    /// This many events were dropped here, because the subscriber was too slow.
    case missed(Int)
    /// The connection was lost and restored here: events and job states in between are not known.
    case gap(reason: String)

    /// The event; nil for the other items.
    public var event: QMPEvent? {
        guard case .event(let event) = self else { return nil }
        return event
    }
}
