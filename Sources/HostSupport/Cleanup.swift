/// Runs `body`, then `cleanup`, whether the body returned, threw or was cancelled; the cleanup is awaited.
///
/// The cleanup runs in a task of its own because a cancelled task would refuse every wait inside it.
public func withCleanup<Value>(
    _ body: () async throws -> Value,
    cleanup: @escaping @Sendable () async -> Void,
) async throws -> Value {
    do {
        let value = try await body()
        await Task { await cleanup() }.value
        return value
    } catch {
        await Task { await cleanup() }.value
        throw error
    }
}
