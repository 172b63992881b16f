public import Machines

/// The timeouts of a test run.
public struct TestRunLimits: Sendable, Hashable {
    /// For how long a booting guest may do nothing: print nothing, and write nothing to its disks.
    public var boot: Duration
    /// From QEMU's start until the guest's helper answers, and from then until cloud-init has ended: twelve times
    /// ``boot``.
    public var wholeBoot: Duration { boot * 12 }
    /// Until ssh can log in, after cloud-init has ended: a fifth of ``boot``, one minute at least.
    public var ssh: Duration { max(.seconds(60), boot / 5) }
    /// Until pytest is loaded ahead: two fifths of ``boot``, two minutes at least; runs then start their own.
    var pytestAhead: Duration { max(.seconds(120), boot / 5 * 2) }
    /// For one setup command, or the installation of one tool.
    public var setup: Duration
    /// For a bake of the same image in another process.
    public var bake: Duration
    /// For the guest to shut down.
    public var powerDown: Duration
    /// For the whole pytest run; nil lets it run without end.
    public var pytest: Duration?
    /// For one test, or one file's tests, in a machine of its own; nil lets it run without end.
    ///
    /// One that takes longer fails, and the others continue.
    public var test: Duration?

    /// Limits for a guest of an architecture: a busy host is allowed for, and the emulation of another architecture.
    public init(for architecture: GuestArchitecture) {
        self.init()
        guard architecture != .host else { return }
        boot = architecture.usualBootLimit
        setup *= 4
        powerDown *= 5
    }

    /// Limits generous enough for software emulation on a busy host.
    public init(
        boot: Duration = .seconds(300),
        setup: Duration = .seconds(900),
        bake: Duration = .seconds(1800),
        powerDown: Duration = .seconds(60),
        pytest: Duration? = nil,
        test: Duration? = nil,
    ) {
        self.boot = boot
        self.setup = setup
        self.bake = bake
        self.powerDown = powerDown
        self.pytest = pytest
        self.test = test
    }
}
