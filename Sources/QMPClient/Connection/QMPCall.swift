import QMPCore
import WireJSON

/// One command that somebody waits for.
struct QMPCall {
    let name: String
    /// When it is given up.
    let deadline: ContinuousClock.Instant
    /// The time it was given, for the message.
    let limit: Duration
    let waiter: CheckedContinuation<Result<JSON, QMPError>, Never>
}
