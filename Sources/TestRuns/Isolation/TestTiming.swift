public import Machines

/// Where the time of one test went.
public struct TestTiming: Hashable, Sendable {
    /// pytest's node ids of the tests that shared the fork.
    public let tests: [String]
    /// Getting the fork, letting its guest go on, and putting its clock and random pool right.
    public var fork: ForkTimings
    /// What the tests themselves took in the guest, with their set-up and tear-down.
    public var test: Duration
    /// What else went by until the last report was there: the guest's first moments, and the way of order and reports.
    public var collection: Duration
    /// Ending the machine and removing what it wrote, which nobody waits for but the end of the run.
    public var tearDown: Duration

    /// What was waited for: all of it but ``tearDown``.
    public var total: Duration { fork.total + test + collection }
}

extension TestTiming {
    init(tests: [String], fork: ForkTimings, result: Runner.Result, tearDown: Duration) {
        var fork = fork
        // Where pytest is root it puts the guest right itself, and no helper did.
        fork.fixUp += .seconds(result.fixUpSeconds)
        let test = Duration.seconds(result.seconds)
        let collection = max(.zero, result.duration - fork.resume - fork.fixUp - test)
        self.init(tests: tests, fork: fork, test: test, collection: collection, tearDown: tearDown)
    }
}
