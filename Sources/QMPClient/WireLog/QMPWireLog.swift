/// The direction of a message.
public enum QMPDirection: String, Sendable, Hashable {
    /// From us to QEMU.
    case sent
    /// From QEMU to us.
    case received
}

/// Receives every message of a connection, in the order in which they were sent and received.
///
/// Called on the threads of the connection while it waits: it must be fast, and must not call the connection back.
public protocol QMPWireLog: Sendable {
    /// Receives one message, or what came in place of one.
    ///
    /// Of a message beyond the limits the last 64 bytes are given, of bytes between messages the first 64; a byte that
    /// no text contains and that made the peer's message start over is given as FF.
    /// - Parameter message: The bytes as they are on the wire, without the end of line.
    func record(_ direction: QMPDirection, _ message: [UInt8], at instant: ContinuousClock.Instant)
}
