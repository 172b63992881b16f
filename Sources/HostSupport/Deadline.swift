import Quantities
public import QuiverErrors

/// A wait that exceeded its time limit.
public struct DeadlineExceeded: QuiverError {
    /// The time limit.
    public let limit: Duration
    /// What was waited for, to complete "gave up after 30 s waiting for …".
    public let waitedFor: String

    /// Creates the error; the parameters are its properties.
    public init(limit: Duration, waitedFor: String) {
        self.limit = limit
        self.waitedFor = waitedFor
    }

    /// The limit and what was waited for, as in `gave up after 30 s waiting for …`.
    public var message: String { "gave up after \(limit.shortText) waiting for \(waitedFor)" }

    /// Nil: nothing failed, it only took too long.
    public var cause: (any Error)? { nil }

    /// Always ``ErrorCategory/temporary``.
    public var category: ErrorCategory { .temporary }

    /// The ``message``.
    public var description: String { message }
}

/// Runs `body` and gives up if it has not finished within `limit`.
///
/// - Parameter limit: How long the body may take; nil waits without limit.
/// - Parameter waitingFor: What the body waits for, as it appears in the error.
/// - Throws: ``DeadlineExceeded`` when the time limit expires; otherwise what the body throws. The body is
///   then cancelled and must return: a body that ignores cancellation keeps its caller waiting.
public func withDeadline<Value: Sendable>(
    _ limit: Duration?,
    waitingFor: @autoclosure () -> String,
    _ body: @escaping @Sendable () async throws -> Value,
) async throws -> Value {
    guard let limit else { return try await body() }
    let value: Value?? = try await race(
        { .some(try await body()) },
        {
            try await Task.sleep(for: limit)
            return .some(nil)
        },
    )
    guard case .some(.some(let value)) = value else {
        throw DeadlineExceeded(limit: limit, waitedFor: waitingFor())
    }
    return value
}
