public import GuestAccess
public import Logging
public import Machines

/// How a fork is started.
public struct ForkOptions: Sendable {
    /// What the fork's memory is.
    public enum Memory: Hashable, Sendable {
        /// A private mapping of the template's memory: costs nothing until written to.
        case shared
        /// A copy in the fork's own file, so that the fork can be frozen again.
        case copied
        /// The fork's own file, filled from the template's state, if that contains the memory.
        case loaded
    }

    /// What the fork's memory is.
    public var memory: Memory
    /// The channels, besides the helper's, that were connected when the template was frozen; they are connected before
    /// the guest resumes, so that it notices nothing.
    public var channels: [GuestChannel]
    /// What to fix up in the guest besides clock and random pool.
    public var fixUp: GuestFixUp
    /// How long QEMU may take to start and load the state.
    public var startDeadline: Duration
    /// How long the guest may take to answer after it resumes.
    public var answerDeadline: Duration
    /// Where the fork is logged.
    public var logger: Logger

    /// Creates options; without arguments a fork shares its template's memory, and each deadline is 120 s.
    public init(
        memory: Memory = .shared,
        channels: [GuestChannel] = [],
        fixUp: GuestFixUp = GuestFixUp(),
        startDeadline: Duration = .seconds(120),
        answerDeadline: Duration = .seconds(120),
        logger: Logger = Logger(label: "quiver.forks"),
    ) {
        self.memory = memory
        self.channels = channels
        self.fixUp = fixUp
        self.startDeadline = startDeadline
        self.answerDeadline = answerDeadline
        self.logger = logger
    }
}
