/// A fork's timing breakdown, as far as its owner had to wait.
public struct ForkTimings: Hashable, Codable, Sendable {
    /// Waiting for a ``StandbyPool`` that was busy with other forks.
    public var poolWait: Duration
    /// Creating its overlays, and starting QEMU until its monitor answers; zero if a pool had it ready.
    public var start: Duration
    /// Loading the state of processors and devices; zero if a pool had it ready.
    public var load: Duration
    /// Resuming the processors.
    public var resume: Duration
    /// From then until the guest's helper has fixed up clock and random pool; zero if something else in the guest does
    /// that.
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

    /// The sum.
    public var total: Duration { poolWait + start + load + resume + fixUp }
}
