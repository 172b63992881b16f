/// Which way a message went.
public enum QMPDirection: String, Sendable, Hashable {
    /// From us to QEMU.
    case sent
    /// From QEMU to us.
    case received
}

/// Takes every message of a connection, in the order in which they were sent and received.
///
/// Called on the threads of the connection while it waits: it must be quick, and may not call the connection back.
public protocol QMPWireLog: Sendable {
    /// Takes one message.
    /// - Parameter message: The bytes as they are on the wire, without the end of line.
    func record(_ direction: QMPDirection, _ message: [UInt8], at instant: ContinuousClock.Instant)
}
