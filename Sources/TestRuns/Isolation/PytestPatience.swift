import HostSupport
import Synchronization

/// The time that pytest has for a whole run, of which collecting the tests and running them each use up some.
final class PytestPatience: Sendable {
    private let limit: Duration?
    private let used = Mutex(Duration.zero)

    /// - Parameter limit: How long everything may take together; nil is without end.
    init(limit: Duration?) {
        self.limit = limit
    }

    /// Waits for a part of the run within what is left.
    ///
    /// - Throws: `DeadlineExceeded` that tells the whole of the time; whatever the part throws.
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
