import QMPCore
import WireJSON

/// One command that somebody waits for.
struct QMPCall {
    let name: String
    /// When it is given up.
    let deadline: ContinuousClock.Instant
    /// The time it was given, for the message.
    let limit: Duration
    /// Resumed once, by whoever takes the call out of the link's calls; unchecked, since the check costs each command
    /// an allocation and two locks.
    let waiter: UnsafeContinuation<Result<JSON, QMPError>, Never>
}
