/// Runs `body`, then `cleanup`, even if the body throws or is cancelled; the cleanup is awaited.
///
/// Cancelling the task does not cancel the cleanup (``withoutCancellation(_:)``).
public func withCleanup<Value>(
    _ body: () async throws -> Value,
    cleanup: @escaping @Sendable () async -> Void,
) async throws -> Value {
    do {
        let value = try await body()
        await withoutCancellation(cleanup)
        return value
    } catch {
        await withoutCancellation(cleanup)
        throw error
    }
}

/// Runs `body` to its end, also in a task that was cancelled, and returns what it returns.
///
/// It runs in a task of its own because a cancelled task would refuse every wait inside it.
public func withoutCancellation<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await body() }.value
}
