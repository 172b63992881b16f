public import Machines

/// Where the time of one test went.
public struct TestTiming: Hashable, Sendable {
    /// pytest's node ids of the tests that shared the fork.
    public let tests: [String]
    /// QEMU's start and taking over the template's state; zero when a standby was there.
    public var fork: ForkTimings
    /// From letting the guest go on until the last report was there.
    public var guest: Duration
    /// What the tests themselves took, of ``guest``.
    public var test: Duration
    /// Ending the machine and removing what it wrote.
    public var tearDown: Duration

    /// All of it.
    public var total: Duration { fork.start + fork.load + guest + tearDown }
}
