import Quantities
import Synchronization

/// Times the stages of a run, and reports the beginning and end of each to an observer.
public final class StageClock: Sendable {
    private let observer: (any StageObserver)?
    private let ended = Mutex<[StageTime]>([])

    /// Creates a clock without stages; nil tells nobody about them.
    public init(observer: (any StageObserver)? = nil) {
        self.observer = observer
    }

    /// The stages that have ended, in order.
    public var times: [StageTime] { ended.withLock { $0 } }

    /// Passes a remark to the observer during a stage.
    package func note(_ stage: Stage, _ text: String) {
        observer?.noticed(stage, text)
    }

    /// Runs and times a stage; the body's note, if any, is shown next to the time.
    ///
    /// A stage that throws is not recorded: the error says what happened.
    package func time<Value>(
        _ stage: Stage,
        note: (Value) -> String? = { _ in nil },
        _ body: () async throws -> Value,
    ) async throws -> Value {
        let running = begin(stage)
        let value = try await body()
        end(running, note: note(value))
        return value
    }

    /// A stage that has begun.
    package struct Running: Sendable {
        fileprivate let stage: Stage
        fileprivate let start = ContinuousClock.now
    }

    /// Begins a stage that ends elsewhere, with ``end(_:note:)``.
    package func begin(_ stage: Stage) -> Running {
        observer?.began(stage)
        return Running(stage: stage)
    }

    package func end(_ running: Running, note: String? = nil) {
        let seconds = (ContinuousClock.now - running.start).seconds
        let time = StageTime(stage: running.stage, seconds: seconds, note: note)
        ended.withLock { $0.append(time) }
        observer?.ended(time)
    }
}
