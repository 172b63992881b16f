import Testing

@testable import TestRuns

@Suite struct IdleTimeTests {
    private static let start = ContinuousClock.now

    /// The idle time after looks a second apart, each with its traces.
    private static func idle(_ traces: [Int]) -> Duration {
        var idle = IdleTime(0, at: start)
        for (index, trace) in traces.enumerated() { idle.look(trace, at: start + .seconds(index + 1)) }
        return idle.now
    }

    @Test func `time counts while the traces stay the same, and starts anew with new ones`() {
        #expect(Self.idle([0, 0, 0]) == .seconds(3))
        #expect(Self.idle([0, 0, 1]) == .zero)
        #expect(Self.idle([0, 1, 1, 1]) == .seconds(2))
        #expect(Self.idle([1, 0]) == .zero)
    }

    @Test func `the time for which the host was suspended hardly counts`() {
        var idle = IdleTime(0, at: Self.start)
        idle.look(0, at: Self.start + .seconds(7200))
        #expect(idle.now == .seconds(10))
        idle.look(0, at: Self.start + .seconds(7203))
        #expect(idle.now == .seconds(13))
    }
}
