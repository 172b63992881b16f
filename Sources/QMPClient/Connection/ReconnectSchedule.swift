/// When to retry a lost connection, and how often.
struct ReconnectSchedule {
    private let policy: QMPReconnectPolicy
    private var used = 0
    private var delay: Duration

    init(_ policy: QMPReconnectPolicy) {
        self.policy = policy
        delay = policy.delay
    }

    /// How long to wait before the next attempt; nil if there is none left.
    mutating func next() -> Duration? {
        guard used < policy.attempts else { return nil }
        used += 1
        defer { delay = min(delay * 2, policy.longestDelay) }
        return delay
    }
}
