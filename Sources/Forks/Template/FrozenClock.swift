import GuestAccess
import Machines

/// What is recorded about a guest just before it is paused, for its forks.
struct FrozenClock: Sendable {
    /// The guest's monotonic clock when it was paused, in nanoseconds.
    let monotonic: Int64
    /// A nonce in the memory of the guest's helper, which shows the state that a fork continues from.
    let nonce: String

    /// Stores the nonce, reads the clock and pauses the guest.
    ///
    /// - Returns: nil without a helper; the guest is paused anyway.
    static func take(
        from helper: GuestHelper?,
        stopping machine: Machine,
        within limit: Duration,
    ) async throws -> FrozenClock? {
        guard let helper else {
            _ = try await machine.timedPause()
            return nil
        }
        let nonce = MachineID().rawValue
        try await helper.rehearseFixUp(within: limit)
        try await helper.write(nonce: nonce, within: limit)
        for _ in 0..<attempts {
            let moment = try await stop(machine, helper, within: limit)
            if moment.uncertainty <= tolerance { return FrozenClock(monotonic: moment.monotonic, nonce: nonce) }
            try await machine.resume()
        }
        let moment = try await stop(machine, helper, within: limit)
        return FrozenClock(monotonic: moment.monotonic, nonce: nonce)
    }

    /// The allowed error of a fork's clock, out of 50 ms in all.
    private static let tolerance = Duration.milliseconds(15)
    /// How often a freeze with a worse timing is retried: a busy host is not busy at every moment.
    private static let attempts = 8

    private struct Moment {
        /// The guest's monotonic clock, in nanoseconds.
        let monotonic: Int64
        /// The time between request and reply: the guest answered and paused at some moment in between.
        let uncertainty: Duration
    }

    private static func stop(
        _ machine: Machine,
        _ helper: GuestHelper,
        within limit: Duration,
    ) async throws -> Moment {
        let askedAt = GuestFixUp.wallClock()
        let monotonic = try await helper.monotonicClock(within: limit)
        let answeredAt = GuestFixUp.wallClock()
        let stoppedAt = try await machine.timedPause()
        return Moment(
            monotonic: monotonic + max(0, stoppedAt - answeredAt),
            uncertainty: .nanoseconds(max(answeredAt, stoppedAt) - askedAt),
        )
    }
}
