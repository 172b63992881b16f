import QMPCore
import WireJSON

/// A command whose caller is waiting.
struct QMPCall {
    let name: String
    /// When it times out.
    let deadline: ContinuousClock.Instant
    /// Its time limit, for the message.
    let limit: Duration
    /// Resumed once, by the code that removes the call from the link's calls; unchecked, since the check would cost
    /// each command an allocation and two locks.
    let waiter: UnsafeContinuation<Result<JSON, QMPError>, Never>
}
