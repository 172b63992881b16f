/// Which of the results that arrive from a fork count.
///
/// The fork was told to run some tests, in order, with a token. A result counts if it has the token and is of the test
/// whose turn it is, once. Everything else comes from something that a test left running, or from a test itself that
/// speaks to pytest's port: the test that runs meanwhile fails, and says why.
package struct ResultSequence: Sendable {
    private let indices: [Int]
    private let token: String
    /// The number of tests with a result.
    private(set) var count = 0
    /// The newest result; it is final when the next one arrives, or the end: a second one would contradict it.
    private var newest: (index: Int, outcome: TestOutcome)?
    /// What is wrong with the test that runs; nil if nothing is.
    private var suspicion: String?

    /// - Parameter indices: The tests that the fork was told to run.
    package init(of indices: [Int], token: String) {
        self.indices = indices
        self.token = token
    }

    /// The test that runs; nil after the last.
    package var current: Int? { count < indices.count ? indices[count] : nil }

    /// Whether a result has ended the whole run, as `pytest.exit()` does.
    package var endsRun: Bool { newest?.outcome.endsRun ?? false }

    /// A result of a test that is final.
    package typealias Final = (index: Int, outcome: TestOutcome)

    /// Takes a message of the plugin.
    ///
    /// - Parameter output: What the interpreter has printed since the last result.
    /// - Returns: The results that are final now, and whether the fork has run all of its tests.
    package mutating func take(_ message: RunnerMessage, output: () -> String) -> (results: [Final], isDone: Bool) {
        switch message {
        case .malformed:
            suspect("pytest's report of the test is malformed")
            return ([], false)
        case .done(let told):
            guard told == token else {
                suspect("something in its machine claimed that all tests have run")
                return ([], false)
            }
            // No test may be lost: a suite with a missing test must not pass.
            let hasEnded = endsRun
            var results = flush()
            while !hasEnded, let index = current {
                results.append((index, .crashed(reason: lossReason(), output: "", seconds: 0)))
                count += 1
            }
            return (results, true)
        case .ran(let item, let told, var ran):
            guard told == token else {
                suspect("something in its machine sent a result that is not pytest's")
                return ([], false)
            }
            if newest?.index == item {
                newest?.outcome = .crashed(reason: "two results of it arrived", output: output(), seconds: ran.seconds)
                return ([], false)
            }
            guard let place = indices[count...].firstIndex(of: item) else {
                suspect("a result of a test that its machine was not to run arrived")
                return ([], false)
            }
            var results = flush()
            while count < place, let index = current {
                results.append((index, .crashed(reason: lossReason(), output: "", seconds: 0)))
                count += 1
            }
            ran.output = output()
            newest = (
                item, suspicion.map { .crashed(reason: $0, output: ran.output, seconds: ran.seconds) } ?? .ran(ran)
            )
            suspicion = nil
            count += 1
            return (results, false)
        }
    }

    /// Ends the sequence because the interpreter or the machine has ended.
    ///
    /// - Returns: The results that are final now; the last one is of the test that ran, if there was one.
    package mutating func end(reason: String, output: String, seconds: Double) -> [Final] {
        var results = flush()
        if let index = current {
            results.append((index, .crashed(reason: reason, output: output, seconds: seconds)))
            count += 1
        }
        return results
    }

    /// Ends the sequence without blaming the test that ran.
    package mutating func end() -> [Final] { flush() }

    private mutating func flush() -> [Final] {
        defer { newest = nil }
        return newest.map { [$0] } ?? []
    }

    /// After the last test, the last result is what is in doubt.
    private mutating func suspect(_ reason: String) {
        guard current == nil else {
            suspicion = suspicion ?? reason
            return
        }
        if case .ran(let ran)? = newest?.outcome {
            newest?.outcome = .crashed(reason: reason, output: ran.output, seconds: ran.seconds)
        }
    }

    private mutating func lossReason() -> String {
        defer { suspicion = nil }
        return suspicion ?? "pytest's report of the test was lost"
    }
}
