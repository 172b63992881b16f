/// For how long something has left no new traces, by looks at them.
struct IdleTime<Traces: Equatable> {
    /// What counts at most between two looks: if more time passed, the host was suspended or stopped meanwhile, and
    /// nothing could happen.
    private static var mostBetweenLooks: Duration { .seconds(10) }

    /// The time without new traces until the last look.
    private(set) var now = Duration.zero
    private var traces: Traces
    private var lastLook: ContinuousClock.Instant

    init(_ traces: Traces, at start: ContinuousClock.Instant) {
        self.traces = traces
        lastLook = start
    }

    /// Takes the traces as they are at an instant.
    mutating func look(_ traces: Traces, at instant: ContinuousClock.Instant) {
        let passed = instant - lastLook
        now = traces == self.traces ? now + min(passed, Self.mostBetweenLooks) : .zero
        (self.traces, lastLook) = (traces, instant)
    }
}
