import Dispatch

/// Runs calls that block their thread, so that no cooperative thread ever waits in the kernel.
public enum BlockingCalls {
    private static let queue = DispatchQueue(label: "quiver.blocking-calls", attributes: .concurrent)

    /// Runs a blocking call on a separate thread and returns or throws its result.
    public static func run<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: call)) }
        }
    }

    /// Starts a blocking call on a separate thread without waiting for it.
    public static func begin(_ call: @escaping @Sendable () -> Void) {
        queue.async(execute: call)
    }
}
