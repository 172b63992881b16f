public import Machines

/// The timing breakdown of one test.
public struct TestTiming: Hashable, Sendable {
    /// pytest's node ids of the tests that shared the fork.
    public let tests: [String]
    /// Getting the fork, resuming its guest, and fixing up clock and random pool.
    public var fork: ForkTimings
    /// The tests' own time in the guest, with their set-up and tear-down.
    public var test: Duration
    /// The rest of the time until the last report: the guest's first moments, and sending the request and reports.
    public var collection: Duration
    /// Ending the machine and removing its files, which only the end of the run waits for.
    public var tearDown: Duration

    /// The time that was waited for: everything except ``tearDown``.
    public var total: Duration { fork.total + test + collection }
}

extension TestTiming {
    init(tests: [String], fork: ForkTimings, result: Runner.Result, tearDown: Duration) {
        var fork = fork
        // If pytest is root, it fixes up the guest itself, instead of the helper.
        fork.fixUp += .seconds(result.fixUpSeconds)
        let test = Duration.seconds(result.seconds)
        let collection = max(.zero, result.duration - fork.resume - fork.fixUp - test)
        self.init(tests: tests, fork: fork, test: test, collection: collection, tearDown: tearDown)
    }
}
