import Forks
import GuestAccess
import HostSupport
import Machines
import PluginProtocol
import Quantities
import Synchronization
import WireJSON

/// One fork that runs some of the collected tests.
struct Runner: Sendable {
    let fork: Fork
    let suite: CollectedSuite
    let command: Int
    let limit: Duration?

    struct Result: Sendable {
        /// The number of tests with an outcome.
        var count = 0
        /// The tests' time in the guest, in seconds.
        var seconds = 0.0
        /// The part of ``duration`` in which pytest fixed up clock and random pool, in seconds.
        var fixUpSeconds = 0.0
        /// From resuming the guest until the last report had arrived.
        var duration = Duration.zero
        var endsRun = false
        /// Whether the interpreter or the machine ended before the tests.
        var hasCrashed = false
    }

    private enum News: Sendable {
        case message(RunnerMessage)
        /// The interpreter ended, with this exit status.
        case interpreterEnded(Int32)
        case machineEnded
        /// More arrives on pytest's port than can be kept.
        case flooded
        /// The machine continues without the test.
        case upheaval(GuestUpheaval)
        case timedOut
    }

    /// Resumes the guest, makes it run the tests, and passes on each outcome.
    func run(_ indices: [Int], _ hand: (Int, TestOutcome) -> Void) async throws -> Result {
        let access = try fork.pytestAccess()
        let (helper, channel) = (access.helper, access.channel)
        defer { channel.close() }
        let output = TextCollector()
        helper.adopt(command, onOutput: { output.append($1) })
        let watch = UpheavalWatch(fork.machine)
        let token = String(UInt64.random(in: 0 ... .max), radix: 36)
        let begin = ContinuousClock.now
        try await start(indices, token, helper, channel)
        let (stream, feed) = AsyncStream.makeStream(of: News.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await listen(to: channel, feed) }
            group.addTask { try await waitForInterpreter(helper, feed) }
            group.addTask { try await waitForLimit(feed) }
            group.addTask {
                if let upheaval = await watch.first() { feed.yield(.upheaval(upheaval)) }
            }
            defer { group.cancelAll() }
            var result = Result()
            var results = ResultSequence(of: indices, token: token)
            func passOn(_ finals: [ResultSequence.Final]) {
                for (index, outcome) in finals {
                    result.count += 1
                    result.seconds += outcome.seconds
                    result.endsRun = outcome.endsRun
                    if case .ran(let ran) = outcome { result.fixUpSeconds += ran.fixUpSeconds }
                    result.duration = .now - begin
                    hand(index, outcome)
                }
            }
            for await news in stream {
                switch news {
                case .message(let message):
                    let (finals, isDone) = results.take(message, output: output.take)
                    passOn(finals)
                    if isDone { return result }
                case .upheaval(.diskFailed):
                    // This is not a test's fault, and the next one would fail in the same way.
                    throw await MachineWatch(fork.machine).diskFailure()
                case .interpreterEnded, .machineEnded, .flooded, .upheaval, .timedOut:
                    let reason = try await explain(news)
                    // After the last test, the machine may end in any way.
                    let hasLost = results.current != nil && !results.endsRun
                    result.duration = .now - begin
                    result.hasCrashed = true
                    let seconds = max(0, result.duration.seconds - result.seconds)
                    passOn(
                        hasLost
                            ? results.end(reason: reason, output: output.take(), seconds: seconds) : results.end()
                    )
                    return result
                }
            }
            throw CancellationError()
        }
    }

    private func explain(_ news: News) async throws -> String {
        switch news {
        case .message: return ""
        case .interpreterEnded(let status):
            return "the interpreter exited with status \(status) during the test"
        case .machineEnded:
            try Task.checkCancellation()
            return "the machine stopped during the test: \(try await fork.machine.waitUntilEnded())"
        case .flooded:
            return "something in its machine flooded pytest's port during the test"
        case .upheaval(let upheaval):
            return "\(upheaval.rawValue) during the test"
        case .timedOut:
            return "the test did not finish within \(limit?.shortText ?? "its time") and was killed with its machine"
        }
    }

    private func listen(to channel: PluginChannel, _ feed: AsyncStream<News>.Continuation) async {
        while let message = await channel.next() {
            if let known = RunnerMessage(message) { feed.yield(.message(known)) }
        }
        if !Task.isCancelled { feed.yield(channel.isFlooded ? .flooded : .machineEnded) }
    }

    private func waitForInterpreter(_ helper: GuestHelper, _ feed: AsyncStream<News>.Continuation) async throws {
        guard let answer = try? await helper.answer(to: command) else { return }
        // The interpreter's last output comes over another channel, and may arrive a moment later.
        try await Task.sleep(for: .milliseconds(100))
        feed.yield(.interpreterEnded((try? answer.guestStatus("status")) ?? 255))
    }

    private func waitForLimit(_ feed: AsyncStream<News>.Continuation) async throws {
        guard let limit else { return }
        try await Task.sleep(for: limit)
        feed.yield(.timedOut)
    }

    /// Resumes the guest and sends the request: if pytest is root, it fixes up clock and random pool itself.
    private func start(
        _ indices: [Int],
        _ token: String,
        _ helper: GuestHelper,
        _ channel: PluginChannel,
    ) async throws {
        var order: JSONObject = ["do": "run", "token": .string(token)]
        order.set("items", indices.map { Int64($0) })
        if suite.isRoot, fork.frozenAt != nil {
            order["fix_up"] = .object(GuestFixUp(clock: try await fork.resumeUncorrected()).request)
        } else {
            try await fork.resume()
        }
        try channel.send(order)
    }
}
