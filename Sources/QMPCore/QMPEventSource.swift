/// What sends events: a connection, or a fake in a test.
///
/// The generated `events`, which gives each event its type, hangs on this protocol.
public protocol QMPEventSource: Sendable {
    /// The sequence of what a subscriber receives; it ends with the connection.
    associatedtype Items: AsyncSequence, Sendable where Items.Element == QMPEventItem, Items.Failure == QMPError

    /// Subscribes to all events, beginning now.
    func eventItems() -> Items
}
