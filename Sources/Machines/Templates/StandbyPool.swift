public import HostSupport
public import Quantities
import Synchronization

/// Forks of one template made ahead and kept paused, so that taking one costs milliseconds.
///
/// ``run()`` makes them, for as long as its task lives; ``take()`` hands them out in any order to any number of tasks.
public final class StandbyPool: Sendable {
    private struct State {
        var ready: [Fork] = []
        var waiting: [(id: Int, continuation: CheckedContinuation<Fork, any Error>)] = []
        var nextID = 0
        var failure: (any Error)?
        var makers: [CheckedContinuation<Void, Never>] = []
    }

    private let template: Template
    private let size: Int
    private let home: QuiverHome
    private let options: ForkOptions
    private let rehearsal: @Sendable (Fork) async throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - size: How many forks are kept ready; less where the host's free memory is less. Zero makes every fork when
    ///     it is asked for.
    ///   - budget: The most memory that the waiting forks may take; nil takes a quarter of what is free.
    ///   - rehearsal: What a fork does beside waking up before it is stopped and kept, so that it is quicker later.
    public init(
        of template: Template,
        size: Int,
        budget: ByteCount? = nil,
        home: QuiverHome = .current,
        options: ForkOptions = ForkOptions(),
        rehearsal: @escaping @Sendable (Fork) async throws -> Void = { _ in },
    ) {
        self.rehearsal = rehearsal
        self.template = template
        let free = HostMemory.available.map { ByteCount($0.bytes / 4) }
        let room = (budget ?? free).map { Int($0.bytes / Self.memoryPerStandby.bytes) } ?? size
        self.size = max(0, min(size, room))
        self.home = home
        self.options = options
    }

    /// What a fork takes before its guest has run: QEMU's own memory.
    static let memoryPerStandby = ByteCount.mebibytes(64)

    /// Keeps the pool filled until it is cancelled or a fork cannot be made; then ends the forks that nobody took.
    public func run() async throws {
        defer { fail(CancellationError()) }
        do {
            while true {
                await waitForRoom()
                try Task.checkCancellation()
                await handOut(try await make())
            }
        } catch {
            fail(error)
            let left = state.withLock { state in
                defer { state.ready = [] }
                return state.ready
            }
            await Task { for fork in left { await fork.end() } }.value
            // Whatever it was in the making of a fork that was cancelled.
            if !Task.isCancelled { throw error }
        }
    }

    private func make() async throws -> Fork {
        let fork = try await template.pausedFork(named: "standby", home: home, options: options)
        // Who waits already has nothing of a rehearsal.
        guard state.withLock({ $0.waiting.isEmpty }) else { return fork }
        do {
            try await fork.warmUp(options: options) { try await rehearsal(fork) }
            return fork
        } catch {
            await Task { await fork.end() }.value
            throw error
        }
    }

    /// A fork that stands still at the template's instant, for its new owner to let go on and to end.
    ///
    /// - Throws: What kept the pool from making forks; `CancellationError` when the pool has ended.
    public func take() async throws -> Fork {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (ready, makers): (Result<Fork, any Error>?, [CheckedContinuation<Void, Never>]) = state.withLock {
                    state in
                    if Task.isCancelled { return (.failure(CancellationError()), []) }
                    defer { state.makers = [] }
                    if !state.ready.isEmpty { return (.success(state.ready.removeFirst()), state.makers) }
                    if let failure = state.failure { return (.failure(failure), []) }
                    state.waiting.append((id, continuation))
                    return (nil, state.makers)
                }
                for maker in makers { maker.resume() }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private var hasRoom: Bool {
        state.withLock { $0.ready.count < size || !$0.waiting.isEmpty }
    }

    private func waitForRoom() async {
        while !hasRoom && !Task.isCancelled {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let goesOn = state.withLock { state in
                        let hasRoom = state.ready.count < size || !state.waiting.isEmpty || Task.isCancelled
                        if !hasRoom { state.makers.append(continuation) }
                        return hasRoom
                    }
                    if goesOn { continuation.resume() }
                }
            } onCancel: {
                let makers = state.withLock { state in
                    defer { state.makers = [] }
                    return state.makers
                }
                for maker in makers { maker.resume() }
            }
        }
    }

    private func handOut(_ fork: Fork) async {
        let waiter = state.withLock { state -> CheckedContinuation<Fork, any Error>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst().continuation }
            state.ready.append(fork)
            return nil
        }
        waiter?.resume(returning: fork)
    }

    private func fail(_ error: any Error) {
        let waiters = state.withLock { state in
            if state.failure == nil { state.failure = error }
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }
}
