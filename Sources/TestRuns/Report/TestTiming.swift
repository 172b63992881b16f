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
    /// One of the things that a test's time goes to.
    package struct Part: Sendable {
        package let name: String
        package let duration: @Sendable (TestTiming) -> Duration
    }

    /// What a test's time goes to, in the order in which it does; together they are ``total``, but for the tear-down.
    package static let parts = [
        Part(name: "wait") { $0.fork.poolWait },
        Part(name: "fork") { $0.fork.start + $0.fork.load },
        Part(name: "resume") { $0.fork.resume },
        Part(name: "fix-up") { $0.fork.fixUp },
        Part(name: "test") { $0.test },
        Part(name: "report") { $0.collection },
        Part(name: "tear down") { $0.tearDown },
    ]
}
