/// Runs `body`, then `cleanup`, even if the body throws or is cancelled; the cleanup is awaited.
///
/// The cleanup runs in a separate task, because in a cancelled task every wait would fail.
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
