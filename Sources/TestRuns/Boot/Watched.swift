import HostSupport

/// Runs the body alongside a watcher, whose error ends both; the watcher may return before the body does.
func watched<Value: Sendable>(
    by watcher: @escaping @Sendable () async throws -> Void,
    _ body: @escaping @Sendable () async throws -> Value,
) async throws -> Value {
    let value: Value? = try await race(
        {
            try await watcher()
            return nil
        },
        { try await body() },
    )
    guard let value else { throw CancellationError() }
    return value
}
