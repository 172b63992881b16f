import Dispatch
import LibC
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into cancellation of the command, so that it cleans up after itself.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)

    /// The signal that interrupted the command; nil when none did.
    var signal: Int32? { received.withLock { $0 } }

    /// Runs the body in a task that a first signal cancels; a second one ends the process at once.
    func run(_ body: sending @escaping () async throws -> Void) async throws {
        // Output to a reader that has left, as `head` does, is an error of that write and no reason to die.
        ignore(SIGPIPE)
        let task = Task { try await body() }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            ignore(number)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                let isFirst = received.withLock { received in
                    defer { received = received ?? number }
                    return received == nil
                }
                guard isFirst else { exit(128 + number) }
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        try await task.value
    }
}

/// Takes the signal's default action away without ignoring it: children would inherit that, and ssh must hear Ctrl-C.
private func ignore(_ number: Int32) {
    signal(number) { _ in }
}
