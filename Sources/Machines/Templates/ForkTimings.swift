/// Where the time of a fork went, as far as its owner had to wait for it.
public struct ForkTimings: Hashable, Codable, Sendable {
    /// Waiting for a ``StandbyPool`` that was busy with other forks.
    public var poolWait: Duration
    /// Making its overlays, and QEMU's start until its monitor answers; zero when a pool had it ready.
    public var start: Duration
    /// Taking over the state of processors and devices; zero when a pool had it ready.
    public var load: Duration
    /// Letting the processors go on.
    public var resume: Duration
    /// From then on until the guest's helper has answered that clock and random pool are right; zero where somebody
    /// else in the guest sees to that.
    public var fixUp: Duration

    /// Creates timings; what is left out took no time.
    public init(
        poolWait: Duration = .zero,
        start: Duration = .zero,
        load: Duration = .zero,
        resume: Duration = .zero,
        fixUp: Duration = .zero,
    ) {
        self.poolWait = poolWait
        self.start = start
        self.load = load
        self.resume = resume
        self.fixUp = fixUp
    }

    /// All of it.
    public var total: Duration { poolWait + start + load + resume + fixUp }
}
