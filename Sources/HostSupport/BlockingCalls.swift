import Dispatch

/// Where calls that block a thread go, so that no cooperative thread ever waits in the kernel.
public enum BlockingCalls {
    private static let queue = DispatchQueue(label: "quiver.blocking-calls", attributes: .concurrent)

    /// Runs a blocking call on a thread of its own and hands back what it returns or throws.
    public static func run<Value: Sendable>(_ call: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: call)) }
        }
    }

    /// Begins a blocking call on a thread of its own, for whose end nobody waits.
    public static func begin(_ call: @escaping @Sendable () -> Void) {
        queue.async(execute: call)
    }
}
