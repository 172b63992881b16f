/// What a connection does when it is lost.
///
/// Commands that were in flight fail as ``QMPCore/QMPError/Code/outcomeUnknown`` and are never sent again; commands that were
/// still queued fail as ``QMPCore/QMPError/Code/connectionClosed``. Later commands wait for the new connection, as long
/// as their deadlines allow. Subscribers receive the gap.
public struct QMPReconnectPolicy: Sendable, Hashable {
    /// The number of attempts to reconnect after a loss; zero means none.
    public let attempts: Int
    /// How long to wait before the first attempt; doubled after each, up to ``longestDelay``.
    public let delay: Duration
    /// The longest wait between two attempts.
    public let longestDelay: Duration

    /// Creates a policy; a negative number of attempts is zero.
    public init(attempts: Int, delay: Duration = .milliseconds(50), longestDelay: Duration = .seconds(5)) {
        self.attempts = max(0, attempts)
        self.delay = delay
        self.longestDelay = longestDelay
    }

    /// A lost connection stays lost.
    public static let never = Self(attempts: 0)
}
