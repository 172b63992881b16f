import Quantities
import Synchronization

/// Times the stages of a run and tells an observer of each as it begins and ends.
public final class StageClock: Sendable {
    private let observer: (any StageObserver)?
    private let ended = Mutex<[StageTime]>([])

    public init(observer: (any StageObserver)? = nil) {
        self.observer = observer
    }

    /// The stages that have ended, in order.
    public var times: [StageTime] { ended.withLock { $0 } }

    /// Tells the observer something worth knowing while a stage goes on.
    package func note(_ stage: Stage, _ text: String) {
        observer?.noticed(stage, text)
    }

    /// Runs and times a stage; the body's note, if it gives one, is shown beside the time.
    ///
    /// A stage that throws is not recorded: the error says what happened.
    package func time<Value>(
        _ stage: Stage,
        note: (Value) -> String? = { _ in nil },
        _ body: () async throws -> Value,
    ) async throws -> Value {
        observer?.began(stage)
        let start = ContinuousClock.now
        let value = try await body()
        let time = StageTime(stage: stage, seconds: (ContinuousClock.now - start).seconds, note: note(value))
        ended.withLock { $0.append(time) }
        observer?.ended(time)
        return value
    }
}
