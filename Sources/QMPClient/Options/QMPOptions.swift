public import Logging
public import WireJSON

/// How a connection behaves.
public struct QMPOptions: Sendable {
    /// What speaks at the other end.
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
    /// How long a command may take that brings no deadline of its own.
    public var commandDeadline: Duration = .seconds(60)
    /// In-band commands in flight, at most; QEMU stops reading beyond eight, so further ones wait here in order.
    public var window: Int = 8
    /// Whether out-of-band execution is negotiated where QEMU offers it.
    public var enablesOutOfBand: Bool = true
    /// Whether ``QMPConnection/withConnection(to:options:_:)`` runs its body on the thread that receives.
    ///
    /// A reply then wakes one thread and not two, which takes most of the time off a short round trip. Nothing is
    /// received while the body computes, and its child tasks run one at a time: for work that mostly waits for QEMU.
    public var sharesThread: Bool = false
    /// What a message may measure; a larger one fails its command and costs nothing else.
    public var limits: JSONLimits = .standard
    /// What happens when the connection is lost.
    public var reconnect: QMPReconnectPolicy = .never
    /// QEMU's process, for ``QMPConnection/liveness(within:)``; nil asks the socket for it.
    public var processID: Int32?
    /// Where oddities are logged, at debug level; nil logs nothing.
    public var logger: Logger?
    /// Where every message is recorded; nil records nothing.
    public var wireLog: (any QMPWireLog)?

    /// Creates options with the defaults: those of a connection to QEMU's monitor.
    public init() {}
}
