public import Logging
public import WireJSON

/// The options of a connection.
public struct QMPOptions: Sendable {
    /// The protocol of the other end.
    public enum Dialect: Sendable, Hashable {
        /// QEMU's monitor: greets, negotiates, sends events.
        case monitor
        /// The guest agent: no greeting, no events, one command at a time.
        case agent
    }

    /// What speaks at the other end.
    public var dialect: Dialect = .monitor
    /// How long connecting, greeting and negotiating may take together.
    public var connectDeadline: Duration = .seconds(10)
    /// The time limit for a command without its own deadline.
    public var commandDeadline: Duration = .seconds(60)
    /// The most in-band commands in flight; QEMU stops reading beyond eight, so further ones wait here in order.
    public var window: Int = 8
    /// Whether to negotiate out-of-band execution if QEMU offers it.
    public var enablesOutOfBand: Bool = true
    /// Whether ``QMPConnection/withConnection(to:options:_:)`` runs its body on the receiving thread.
    ///
    /// A reply then wakes one thread instead of two, which saves most of the time of a short round trip. Nothing is
    /// received while the body computes, and its child tasks run one at a time: use it for work that mostly waits for
    /// QEMU.
    public var sharesThread: Bool = false
    /// The size limits of a message; a larger one only fails its command.
    public var limits: JSONLimits = .standard
    /// What happens when the connection is lost.
    public var reconnect: QMPReconnectPolicy = .never
    /// QEMU's process, for ``QMPConnection/liveness(within:)``; nil asks the socket for it.
    public var processID: Int32?
    /// The logger for unexpected behaviour, at debug level; nil logs nothing.
    public var logger: Logger?
    /// Where every message is recorded; nil records nothing.
    public var wireLog: (any QMPWireLog)?

    /// Creates options with the defaults: those of a connection to QEMU's monitor.
    public init() {}
}
