import Testing

@testable import TestRuns

@Suite struct GuestSilenceTests {
    private static let began = ContinuousClock.now

    /// What the silence says to do, a second after the other.
    private static func steps(_ silence: inout GuestSilence, _ seconds: ClosedRange<Int>) -> [GuestSilence.Step] {
        seconds.map { silence.step(at: began + .seconds($0)) }
    }

    @Test func `a guest whose console speaks is left alone, however long it boots`() {
        var silence = GuestSilence(bootBegan: Self.began)
        for second in 0...1000 {
            if second.isMultiple(of: 20) { silence.consoleSpoke(at: Self.began + .seconds(second)) }
            #expect(silence.step(at: Self.began + .seconds(second)) == .wait)
        }
    }

    @Test func `a guest whose console is quiet is asked each half minute, and never given up`() {
        var silence = GuestSilence(bootBegan: Self.began)
        silence.consoleSpoke(at: Self.began + .seconds(10))
        let steps = Self.steps(&silence, 0...3600)
        #expect(steps.indices.filter { steps[$0] == .ask } == Array(stride(from: 40, through: 3600, by: 30)))
        #expect(!steps.contains(.giveUp))
    }

    @Test func `what the console says after the first sign puts no question off`() {
        var silence = GuestSilence(bootBegan: Self.began)
        silence.hasBooted(at: Self.began + .seconds(8))
        silence.consoleSpoke(at: Self.began + .seconds(9))
        #expect(Self.steps(&silence, 10...11) == [.wait, .ask])
    }

    @Test func `a guest that has booted is asked now and then, and given up in the end`() {
        var silence = GuestSilence(bootBegan: Self.began)
        silence.hasBooted(at: Self.began + .seconds(8))
        #expect(silence.answerLimit == .seconds(20))
        #expect(
            Self.steps(&silence, 8...18) == [
                .wait, .wait, .wait, .ask, .wait, .wait, .ask, .wait, .wait, .ask, .giveUp,
            ]
        )
    }

    @Test func `a boot that took long is given up later, counted from its first sign`() {
        var silence = GuestSilence(bootBegan: Self.began)
        silence.hasBooted(at: Self.began + .seconds(100))
        silence.cloudInitEnded(dataSource: "DataSourceNone", at: Self.began + .seconds(140))
        #expect(silence.dataSource == "DataSourceNone")
        #expect(silence.answerLimit == .seconds(100))
        #expect(silence.step(at: Self.began + .seconds(149)) == .ask)
        #expect(silence.step(at: Self.began + .seconds(150)) == .giveUp)
    }

    @Test func `cloud-init's end is a sign of its own, where nobody can log in on the console`() {
        var silence = GuestSilence(bootBegan: Self.began)
        silence.cloudInitEnded(dataSource: "DataSourceNoCloud", at: Self.began + .seconds(10))
        #expect(silence.step(at: Self.began + .seconds(13)) == .ask)
        #expect(silence.step(at: Self.began + .seconds(20)) == .giveUp)
    }
}
