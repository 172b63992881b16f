public import GuestAccess
public import Logging

/// How a fork is started.
public struct ForkOptions: Sendable {
    /// What the fork's memory is.
    public enum Memory: Hashable, Sendable {
        /// A private map of the template's: costs nothing until written to.
        case shared
        /// A copy in a file of the fork's own, so that the fork can be frozen again.
        case copied
        /// A file of the fork's own that is filled from the template's state, where that holds all of the memory.
        case loaded
    }

    /// What the fork's memory is.
    public var memory: Memory
    /// The channels beside the helper's that were connected when the template was frozen; they are connected before
    /// the guest goes on, so that it notices nothing.
    public var channels: [GuestChannel]
    /// What is put right in the guest beside clock and random pool.
    public var fixUp: GuestFixUp
    /// How long QEMU may take until it has started and taken over the state.
    public var startDeadline: Duration
    /// How long the guest may take to answer after it goes on.
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
