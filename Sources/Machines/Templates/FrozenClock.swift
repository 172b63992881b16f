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
        let monotonic = try await helper.monotonicClock(within: limit)
        let answeredAt = GuestFixUp.wallClock()
        let stoppedAt = try await machine.standStill()
        return FrozenClock(monotonic: monotonic + max(0, stoppedAt - answeredAt), nonce: nonce)
    }
}
