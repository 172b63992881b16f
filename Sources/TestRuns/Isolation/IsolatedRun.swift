import Forks
import GuestAccess
import HostSupport
import Machines
import PluginProtocol

/// Runs the tests that a frozen pytest has collected, each group in its own fork, and reports them through another fork
/// whose pytest prints and counts as if it had run them.
struct IsolatedRun: Sendable {
    let template: Template
    let suite: CollectedSuite
    /// The number of the helper request that started pytest before the freeze.
    let command: Int
    let plan: IsolationPlan
    /// The number of forks that run tests at the same time.
    let parallel: Int
    /// The number of standbys.
    let standbys: Int
    let home: QuiverHome
    /// The time limit for one group of tests; nil means none.
    let limit: Duration?
    let onOutput: OutputHandler
    let onTiming: @Sendable (TestTiming) -> Void
    let onOutcome: @Sendable (CollectedSuite.Item, TestOutcome) -> Void
    /// Called with each fork when its tests have run, before it is ended.
    let onGroupEnd: @Sendable (Fork) async throws -> Void

    /// The result of the run: the machine in which pytest has reported, and its exit status.
    struct Ending: Sendable {
        let coordinator: Fork
        let status: Int32
    }

    /// Runs everything and passes the coordinator's machine to `body` before it is ended.
    func run<Value: Sendable>(_ body: @escaping @Sendable (Ending) async throws -> Value) async throws -> Value {
        let coordinator = try await Coordinator(template: template, command: command, home: home, onOutput: onOutput)
        return try await withCleanup {
            try await MachineWatch(coordinator.fork.machine).during {
                let status = try await runAll(coordinator)
                return try await body(Ending(coordinator: coordinator.fork, status: status))
            }
        } cleanup: {
            await coordinator.end()
        }
    }

    /// Runs all tests and returns pytest's exit status.
    private func runAll(_ coordinator: Coordinator) async throws -> Int32 {
        let pool = StandbyPool(
            of: template,
            size: standbys,
            home: home,
            options: ForkOptions(channels: [.pytest]),
            rehearsal: { try await Rehearsal(fork: $0, isRoot: suite.isRoot).run() },
        )
        let status: Int32? = try await race(
            {
                try await pool.run()
                return nil
            },
            {
                try await runGroups(pool, coordinator)
                return nil
            },
            // pytest may end before it has received everything: because of -x, or an internal error.
            { try await coordinator.status() },
        )
        guard let status else { throw CancellationError() }
        return status
    }

    private func runGroups(_ pool: StandbyPool, _ coordinator: Coordinator) async throws {
        let queue = GroupQueue(plan.groups)
        let (outcomes, feed) = AsyncStream.makeStream(of: (Int, TestOutcome).self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, min(parallel, plan.groups.count)) {
                group.addTask {
                    try await runInTurn(queue, pool) { feed.yield(($0, $1)) }
                }
            }
            group.addTask {
                try await report(outcomes, to: coordinator)
                // pytest itself may have ended the run, as with -x: running tests are not waited for.
                queue.clear()
            }
            var finished = 0
            let workers = max(1, min(parallel, plan.groups.count))
            while try await group.next() != nil {
                finished += 1
                if finished == workers { feed.finish() }
                if coordinator.hasStopped { break }
            }
            group.cancelAll()
        }
    }

    /// Passes outcomes to the coordinator in the collected order.
    private func report(_ outcomes: AsyncStream<(Int, TestOutcome)>, to coordinator: Coordinator) async throws {
        var sequence = ReportSequence<TestOutcome>(count: suite.items.count)
        for await (index, outcome) in outcomes {
            PlantedTrap.reach("test ran")
            onOutcome(suite.items[index], outcome)
            for (index, outcome) in sequence.add(outcome, of: index) {
                if case .ran(let ran) = outcome, !ran.output.isEmpty {
                    onOutput(.standardOutput, Array(ran.output.utf8))
                }
                guard try await coordinator.replay(outcome, of: index) else { return }
            }
            if sequence.isComplete { break }
        }
        try Task.checkCancellation()
        guard sequence.isComplete else {
            throw TestRunError(.machineLost, "the results of \(sequence.missing) tests were lost; run them again")
        }
        try coordinator.finish()
    }

    /// Runs one group after another; a machine is ended while the next one already runs its tests.
    private func runInTurn(
        _ queue: GroupQueue,
        _ pool: StandbyPool,
        _ hand: (Int, TestOutcome) -> Void,
    ) async throws {
        try await withThrowingDiscardingTaskGroup { endings in
            while let next = queue.next() {
                try Task.checkCancellation()
                try await runGroup(next, pool, hand) { fork, tests, result in
                    endings.addTask {
                        let begin = ContinuousClock.now
                        await withoutCancellation { await fork.end() }
                        onTiming(TestTiming(tests: tests, fork: fork.timings, result: result, tearDown: .now - begin))
                    }
                }
            }
        }
    }

    /// Runs one group; after a crash, the remaining tests get another fork.
    ///
    /// - Parameter end: Called with each fork whose tests have run, to end it.
    private func runGroup(
        _ group: [Int],
        _ pool: StandbyPool,
        _ hand: (Int, TestOutcome) -> Void,
        _ end: (Fork, [String], Runner.Result) -> Void,
    ) async throws {
        var rest = group[...]
        while !rest.isEmpty {
            let fork = try await pool.take()
            let runner = Runner(fork: fork, suite: suite, command: command, limit: limit)
            let result: Runner.Result
            do {
                result = try await runner.run(Array(rest), hand)
                // Nothing can be fetched from a machine that rebooted or panicked.
                if !result.hasCrashed { try await onGroupEnd(fork) }
            } catch {
                await withoutCancellation { await fork.end() }
                throw error
            }
            end(fork, rest.prefix(result.count).map { suite.items[$0].id }, result)
            if result.endsRun { return }
            rest = rest.dropFirst(max(1, result.count))
        }
    }
}
