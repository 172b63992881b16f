/// Runs all bodies at once, returns the first value that one of them comes to, and cancels the others.
///
/// It returns when all have ended, so a body must end when it is cancelled.
/// - Parameter bodies: One that returns nil leaves the outcome to the others.
/// - Returns: Nil when all bodies returned nil.
/// - Throws: The error of a body that throws before another has come to a value.
public func race<Value: Sendable>(_ bodies: @Sendable () async throws -> Value?...) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        for body in bodies { group.addTask { try await body() } }
        defer { group.cancelAll() }
        while let outcome = try await group.next() {
            if let outcome { return outcome }
        }
        return nil
    }
}
