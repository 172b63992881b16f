public import HostSupport
public import Quantities
import Synchronization

/// Forks of one template made ahead and kept paused, so that taking one costs milliseconds.
///
/// ``run()`` makes them, as long as its task is running; ``withFork(_:)`` hands them out, in any order, to any number of
/// tasks.
public final class StandbyPool: Sendable {
    private struct State {
        var ready: [Fork] = []
        var waiting: [(id: Int, continuation: CheckedContinuation<Handover, any Error>)] = []
        var nextID = 0
        /// How many forks are being made.
        var making = 0
        var failure: (any Error)?
        /// A maker that has nothing to do.
        var idler: CheckedContinuation<Void, Never>?
    }

    private struct Handover {
        let fork: Fork
        /// Whether it was ready before it was requested.
        let wasReady: Bool
    }

    private let template: Template
    private let budget: StandbyBudget
    private let makers: Int
    private let home: QuiverHome
    private let options: ForkOptions
    private let rehearsal: @Sendable (Fork) async throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - size: The number of forks to keep ready; fewer while the host has little free memory. With zero, every fork
    ///     is made on demand.
    ///   - budget: The most memory that the ready forks may use together; nil means only limited by free memory.
    ///   - makers: How many forks are made at once when several tasks wait.
    ///   - rehearsal: What a fork does, besides resuming, before it is paused again, so that it is faster later.
    public convenience init(
        of template: Template,
        size: Int,
        budget: ByteCount? = nil,
        makers: Int = 2,
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
        rehearsal: @escaping @Sendable (Fork) async throws -> Void = { _ in },
    ) {
        let budget = StandbyBudget(size: size, limit: budget, free: { HostMemory.available })
        self.init(
            of: template,
            budget: budget,
            makers: makers,
            home: home,
            options: options,
            rehearsal: rehearsal,
        )
    }

    init(
        of template: Template,
        budget: StandbyBudget,
        makers: Int,
        home: QuiverHome,
        options: ForkOptions,
        rehearsal: @escaping @Sendable (Fork) async throws -> Void,
    ) {
        self.template = template
        self.budget = budget
        self.makers = max(1, makers)
        self.home = home
        self.options = options
        self.rehearsal = rehearsal
    }

    /// The number of forks that are ready.
    var readyCount: Int { state.withLock { $0.ready.count } }

    /// Keeps the pool filled until it is cancelled or a fork cannot be made; then ends the forks that were not taken.
    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            while await beginMaking() {
                group.addTask { await self.makeOne() }
            }
            fail(CancellationError())
            group.cancelAll()
        }
        let (left, failure) = state.withLock { state in
            defer { state.ready = [] }
            return (state.ready, state.failure)
        }
        await withoutCancellation { for fork in left { await fork.end() } }
        if let failure, !(failure is CancellationError) { throw failure }
    }

    private func makeOne() async {
        do {
            await handOut(try await make())
        } catch {
            // Whatever error a cancelled fork ended with.
            fail(Task.isCancelled ? CancellationError() : error)
        }
    }

    private func make() async throws -> Fork {
        let fork = try await template.pausedFork(named: "standby", home: home, options: options)
        // A task that is already waiting gains nothing from a rehearsal.
        guard state.withLock({ $0.waiting.isEmpty }) else { return fork }
        do {
            try await fork.warmUp(options: options) { try await rehearsal(fork) }
            PlantedTrap.reach("standby ready")
            return fork
        } catch {
            await withoutCancellation { await fork.end() }
            throw error
        }
    }

    /// Takes a paused fork in the template's state, runs the body, and ends the fork.
    ///
    /// - Throws: The error with which making forks failed; `CancellationError` if the pool has ended; what the body
    ///   throws.
    public func withFork<Value>(_ body: (Fork) async throws -> Value) async throws -> Value {
        let fork = try await take()
        return try await withCleanup {
            try await body(fork)
        } cleanup: {
            await fork.end()
        }
    }

    /// A paused fork in the template's state; its new owner resumes and ends it.
    ///
    /// - Throws: The error with which making forks failed; `CancellationError` if the pool has ended.
    package func take() async throws -> Fork {
        let begin = ContinuousClock.now
        let handover = try await takeNext()
        handover.fork.note(poolWait: .now - begin, wasReady: handover.wasReady)
        return handover.fork
    }

    private func takeNext() async throws -> Handover {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (answer, idler) = state.withLock {
                    state -> (Result<Handover, any Error>?, CheckedContinuation<Void, Never>?) in
                    if Task.isCancelled { return (.failure(CancellationError()), nil) }
                    if let failure = state.failure { return (.failure(failure), nil) }
                    defer { state.idler = nil }
                    guard state.ready.isEmpty else {
                        return (.success(Handover(fork: state.ready.removeFirst(), wasReady: true)), state.idler)
                    }
                    state.waiting.append((id, continuation))
                    return (nil, state.idler)
                }
                idler?.resume()
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// Waits until a fork is needed, and counts it as being made.
    ///
    /// - Returns: False if the pool has ended.
    private func beginMaking() async -> Bool {
        while true {
            let hasBegun = state.withLock { state -> Bool? in
                guard state.failure == nil, !Task.isCancelled else { return false }
                guard wantsAnother(state) else { return nil }
                state.making += 1
                return true
            }
            if let hasBegun { return hasBegun }
            await idle()
        }
    }

    /// Whether a fork is needed: one for each waiting task, otherwise one at a time for later ones.
    private func wantsAnother(_ state: State) -> Bool {
        guard state.waiting.isEmpty else { return state.making < min(makers, state.waiting.count) }
        return state.making == 0 && budget.allowsAnother(beside: state.ready.count)
    }

    private func idle() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard state.failure == nil, !wantsAnother(state), !Task.isCancelled else { return true }
                    state.idler = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
    }

    /// Wakes the makers.
    private func wake() {
        let idler = state.withLock { state in
            defer { state.idler = nil }
            return state.idler
        }
        idler?.resume()
    }

    private func handOut(_ fork: Fork) async {
        let waiter = state.withLock { state -> CheckedContinuation<Handover, any Error>? in
            state.making -= 1
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.ready.append(fork)
            return nil
        }
        waiter?.resume(returning: Handover(fork: fork, wasReady: false))
        wake()
    }

    private func fail(_ error: any Error) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
        wake()
    }
}
