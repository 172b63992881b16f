import Dispatch
import LibC
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into cancellation of the command, so that it cleans up after itself.
final class Interruption: Sendable {
    private let received = Mutex<(signal: Int32, at: ContinuousClock.Instant)?>(nil)
    /// Two signals within this time are one request: `timeout` sends its signal to the process and to its group.
    private static let together = Duration.seconds(1)

    /// The signal that interrupted the command; nil if none did.
    var signal: Int32? { received.withLock { $0?.signal } }

    /// Runs the body in a task that the first signal cancels; a later one ends the process at once.
    func run(_ body: sending @escaping () async throws -> Void) async throws {
        // Writing to a closed pipe, as with `head`, must be an error of that write, and not end the process.
        ignore(SIGPIPE)
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            ignore(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                let first = received.withLock { received in
                    received = received ?? (number, .now)
                    return received?.at ?? .now
                }
                guard .now - first < Self.together else { exit(128 + number) }
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        try await task.value
    }
}

/// Replaces the signal's default action without ignoring it: children would inherit that, and ssh must receive Ctrl-C.
private func ignore(_ number: Int32) {
    signal(number) { _ in }
}
