import GuestAccess
import HostSupport
import LibC
import Synchronization
import SystemPackage

/// Passes a guest's output on to this process's own, and ends the work when nobody can get it any more.
final class PassedOnOutput: Sendable {
    private struct Failure {
        let stream: OutputStream
        let reason: Errno
    }

    private let failure = Mutex<Failure?>(nil)
    /// Ends with the first failure.
    private let untilFailure: AsyncStream<Never>
    private let feed: AsyncStream<Never>.Continuation

    init() {
        (untilFailure, feed) = AsyncStream.makeStream()
    }

    /// Writes to the stream of the same name; does nothing after the first failure.
    @Sendable func write(_ stream: OutputStream, _ bytes: [UInt8]) {
        guard failure.withLock({ $0 == nil }) else { return }
        let descriptor: FileDescriptor =
            switch stream {
            case .standardOutput: .standardOutput
            case .standardError: .standardError
            }
        do {
            try descriptor.writeAll(bytes)
        } catch {
            failure.withLock { $0 = $0 ?? Failure(stream: stream, reason: error as? Errno ?? .ioError) }
            feed.finish()
        }
    }

    /// Runs the body, which is cancelled when its output cannot be written.
    ///
    /// - Throws: ``PassedOnStatus`` with 128 and SIGPIPE's number if the reader has gone, as `yes | head` ends;
    ///   ``CommandFailure`` with 74 for another reason, such as a full disk; what the body throws.
    func during<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let value = try await race(
            body,
            { [self] in
                for await _ in untilFailure {}
                try check()
                return nil
            }
        )
        // The last of it may have failed when the body was done.
        try check()
        guard let value else { throw CancellationError() }
        return value
    }

    private func check() throws {
        guard let failure = failure.withLock({ $0 }) else { return }
        guard failure.reason != .brokenPipe else { throw PassedOnStatus(code: 128 + SIGPIPE) }
        let name = failure.stream == .standardOutput ? "standard output" : "standard error"
        throw CommandFailure(.inputOutput, "\(name): cannot write: \(failure.reason)", cause: failure.reason)
    }
}
