/// Runs the body alongside a watcher, whose error ends both; the watcher may return before the body does.
func watched<Value: Sendable>(
    by watcher: @escaping @Sendable () async throws -> Void,
    _ body: @escaping @Sendable () async throws -> Value,
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await watcher()
            return nil
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        while let value = try await group.next() {
            if let value { return value }
        }
        throw CancellationError()
    }
}
