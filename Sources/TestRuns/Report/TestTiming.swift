public import Forks
import Machines

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
    /// One part of a test's time.
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
