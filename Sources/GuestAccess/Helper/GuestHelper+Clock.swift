extension GuestHelper {
    /// Fixes up a guest that was just resumed, and ensures that its clock is the host's.
    ///
    /// The guest is told when it resumed, which the host knows to a millisecond, or much less precisely when it is
    /// busy. The guest's answer shows which: if its clock shows a time that the host's did not have between request and
    /// answer, it is set again, using the fastest of several requests.
    ///
    /// - Parameters:
    ///   - fixUp: What to fix up; its clock is left to the caller unless it is `atSending`.
    ///   - resumedAt: When the guest was resumed, by the host's wall clock in nanoseconds since 1970.
    ///   - frozenAt: The guest's monotonic clock at that moment, in nanoseconds.
    ///   - limit: How long each answer may take.
    package func fixUp(
        _ fixUp: GuestFixUp,
        resumedAt: Int64,
        frozenAt: Int64,
        within limit: Duration,
    ) async throws -> FixUpAnswer {
        guard fixUp.clock == .atSending else {
            return try await finishFixUp(try beginFixUp(fixUp), within: limit)
        }
        var told = fixUp
        told.clock = .resumed(wallClock: resumedAt, frozenAt: frozenAt)
        let askedAt = GuestFixUp.wallClock()
        let answer = try await finishFixUp(try beginFixUp(told), within: limit)
        let answeredAt = GuestFixUp.wallClock()
        let reading =
            if let monotonic = answer.monotonic {
                ClockReading(guest: monotonic, askedAt: askedAt, answeredAt: answeredAt)
            } else {
                try await readClock(within: limit)
            }
        let clock = resumedAt + reading.guest - frozenAt
        if clock < reading.askedAt - Self.clockTolerance || clock > reading.answeredAt + Self.clockTolerance {
            try await setClock(within: limit)
        }
        return answer
    }

    /// The allowed error of a guest's clock in nanoseconds, out of 50 ms in all.
    private static let clockTolerance: Int64 = 15_000_000

    /// The guest's monotonic clock at some time between request and answer, all in nanoseconds.
    private struct ClockReading {
        let guest: Int64
        let askedAt: Int64
        let answeredAt: Int64

        var uncertainty: Int64 { answeredAt - askedAt }
    }

    private func readClock(within limit: Duration) async throws -> ClockReading {
        let askedAt = GuestFixUp.wallClock()
        let guest = try await monotonicClock(within: limit)
        return ClockReading(guest: guest, askedAt: askedAt, answeredAt: GuestFixUp.wallClock())
    }

    private func setClock(within limit: Duration) async throws {
        var best = try await readClock(within: limit)
        for _ in 0..<8 where best.uncertainty > Self.clockTolerance {
            let next = try await readClock(within: limit)
            if next.uncertainty < best.uncertainty { best = next }
        }
        let middle = best.askedAt + best.uncertainty / 2
        try await self.fixUp(GuestFixUp(clock: .resumed(wallClock: middle, frozenAt: best.guest)), within: limit)
    }
}
