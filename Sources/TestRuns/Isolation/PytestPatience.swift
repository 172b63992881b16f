import HostSupport
import Synchronization

/// The time limit for pytest's whole run, shared by collecting and running the tests.
final class PytestPatience: Sendable {
    private let limit: Duration?
    private let used = Mutex(Duration.zero)

    /// - Parameter limit: The time limit for everything together; nil means none.
    init(limit: Duration?) {
        self.limit = limit
    }

    /// Waits for a part of the run within the remaining time.
    ///
    /// - Throws: `DeadlineExceeded` with the whole time limit; whatever the part throws.
    func wait<Value: Sendable>(
        _ what: String,
        _ part: @escaping @Sendable () async throws -> Value,
    ) async throws -> Value {
        guard let limit else { return try await part() }
        let begin = ContinuousClock.now
        defer { used.withLock { $0 += .now - begin } }
        do {
            let left = limit - used.withLock { $0 }
            return try await withDeadline(max(.zero, left), waitingFor: what, part)
        } catch let error as DeadlineExceeded where error.waitedFor == what {
            throw DeadlineExceeded(limit: limit, waitedFor: what)
        }
    }
}
