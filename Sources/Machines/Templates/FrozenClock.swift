import GuestAccess

/// What is taken down of a guest just before it is stopped, for its forks.
struct FrozenClock: Sendable {
    /// Where the guest's monotonic clock stood when the guest stopped, in nanoseconds.
    let monotonic: Int64
    /// A word left in the memory of the guest's helper, by which a fork proves which instant it goes on from.
    let nonce: String

    /// Leaves the word, reads the clock and stops the guest.
    ///
    /// - Returns: nil without a helper; the guest is stopped all the same.
    static func take(
        from helper: GuestHelper?,
        stopping machine: Machine,
        within limit: Duration,
    ) async throws -> FrozenClock? {
        guard let helper else {
            _ = try await machine.standStill()
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

    /// By how much the clocks of forks may be off, of the 50 ms that are allowed.
    private static let tolerance = Duration.milliseconds(15)
    /// How often a freeze that could not be timed so well is tried again: a busy host is not busy at every moment.
    private static let attempts = 8

    private struct Moment {
        /// Where the guest's monotonic clock stood, in nanoseconds.
        let monotonic: Int64
        /// How long question and command were under way: the guest answered, and stopped, at some time in between.
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
        let stoppedAt = try await machine.standStill()
        return Moment(
            monotonic: monotonic + max(0, stoppedAt - answeredAt),
            uncertainty: .nanoseconds(max(answeredAt, stoppedAt) - askedAt),
        )
    }
}
