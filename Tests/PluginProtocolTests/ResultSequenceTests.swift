import Testing
import WireJSON

@testable import PluginProtocol

/// What counts of all that a fork sends: tests run as root in it, so that anything may be sent.
@Suite struct ResultSequenceTests {
    private static let token = "right"

    private static func ran(_ item: Int, token: String = Self.token, hasFailed: Bool = false) -> RunnerMessage {
        .ran(
            item: item,
            token: token,
            TestOutcome.Ran(payload: "[]", hasFailed: hasFailed, seconds: 1, ending: nil),
        )
    }

    /// Sends messages, then the end, and returns the outcomes by test: `passed`, `failed`, or the reason of a crash.
    private static func outcomes(of indices: [Int], _ messages: [RunnerMessage]) -> [Int: String] {
        var sequence = ResultSequence(of: indices, token: token)
        var seen: [Int: String] = [:]
        for message in messages + [.done(token: token)] {
            let (results, isDone) = sequence.take(message, output: { "" })
            for (index, outcome) in results {
                #expect(seen[index] == nil, "\(index) has two outcomes")
                switch outcome {
                case .ran(let ran): seen[index] = ran.hasFailed ? "failed" : "passed"
                case .crashed(let reason, _, _): seen[index] = reason
                }
            }
            if isDone { break }
        }
        return seen
    }

    @Test func `results in order are what they are`() {
        #expect(
            Self.outcomes(of: [4, 5, 9], [Self.ran(4), Self.ran(5, hasFailed: true), Self.ran(9)])
                == [4: "passed", 5: "failed", 9: "passed"]
        )
    }

    @Test func `a result without the token fails the test that runs, and counts for none`() {
        let messages = [Self.ran(4, token: ""), Self.ran(4), Self.ran(5)]
        let seen = Self.outcomes(of: [4, 5], messages)
        #expect(seen == [4: "something in its machine sent a result that is not pytest's", 5: "passed"])
    }

    @Test(arguments: [999_999, -1, Int.min, Int.max, 3, 4])
    func `a result of a test that was not asked for fails the test that runs`(item: Int) {
        let seen = Self.outcomes(of: [4, 5], [Self.ran(4), Self.ran(item), Self.ran(5)])
        if item == 4 {
            #expect(seen == [4: "two results of it arrived", 5: "passed"])
        } else {
            #expect(seen == [4: "passed", 5: "a result of a test that its machine was not to run arrived"])
        }
    }

    @Test func `a test whose result came twice fails, also where it is the last`() {
        #expect(
            Self.outcomes(of: [4], [Self.ran(4), Self.ran(4, hasFailed: true)]) == [4: "two results of it arrived"]
        )
    }

    @Test func `a result that is none fails the test that runs`() {
        #expect(
            Self.outcomes(of: [4, 5], [.malformed, Self.ran(4), .malformed, Self.ran(5)])
                == [4: "pytest's report of the test is malformed", 5: "pytest's report of the test is malformed"]
        )
        // Where a test's own result is the malformed one, the next test's shows that it is lost.
        #expect(
            Self.outcomes(of: [4, 5], [.malformed, Self.ran(5)])
                == [4: "pytest's report of the test is malformed", 5: "passed"]
        )
    }

    @Test func `no test is lost, and nobody but pytest says that all have run`() {
        #expect(
            Self.outcomes(of: [4, 5, 6], [Self.ran(5)])
                == [4: "pytest's report of the test was lost", 5: "passed", 6: "pytest's report of the test was lost"]
        )
        #expect(
            Self.outcomes(of: [4, 5], [Self.ran(4), .done(token: ""), Self.ran(5)])
                == [4: "passed", 5: "something in its machine claimed that all tests have run"]
        )
    }

    @Test func `what is sent after the last result makes that doubtful`() {
        let reason = "something in its machine sent a result that is not pytest's"
        #expect(Self.outcomes(of: [4], [Self.ran(4), Self.ran(4, token: "x")]) == [4: reason])
    }

    @Test func `a machine that ends costs the test that ran, and no other`() {
        var sequence = ResultSequence(of: [4, 5, 6], token: Self.token)
        #expect(sequence.take(Self.ran(4), output: { "" }).results.isEmpty)
        let results = sequence.end(reason: "it ended", output: "o", seconds: 2)
        #expect(results.map(\.index) == [4, 5] && sequence.current == 6)
        #expect(results.last?.outcome == .crashed(reason: "it ended", output: "o", seconds: 2))
    }

    @Test func `a result that ends the run leaves the rest unrun`() {
        var sequence = ResultSequence(of: [4, 5], token: Self.token)
        let ran = TestOutcome.Ran(payload: "[]", hasFailed: false, seconds: 1, ending: ["kind": "exit"])
        _ = sequence.take(.ran(item: 4, token: Self.token, ran), output: { "" })
        #expect(sequence.endsRun)
        let (results, isDone) = sequence.take(.done(token: Self.token), output: { "" })
        #expect(results.map(\.index) == [4] && isDone)
    }
}
