import HostSupport
import Quantities
import Synchronization
package import SystemPackage
public import WireJSON

/// A connection to the helper in a guest.
///
/// Any number of requests may be outstanding; answers are matched to their callers by number. The port has one client
/// at a time: a second connection to the same socket waits until this one is closed.
public final class GuestHelper: Sendable {
    private enum Waiter {
        case answer(CheckedContinuation<JSONObject, any Error>)
        /// The answer came before its caller had begun to wait.
        case answered(Result<JSONObject, any Error>)
    }

    private struct State {
        // Numbers that no other connection uses: the helper may still have an answer for an earlier connection, whose
        // commands may still be running under their numbers.
        var session = HelperSession(firstID: Int.random(in: 1...1 << 40))
        var waiters: [Int: Waiter] = [:]
        var outputs: [Int: OutputHandler] = [:]
        var milestones: [GuestMilestone] = []
        var listeners: [Int: AsyncStream<GuestMilestone>.Continuation] = [:]
        var nextListener = 0
        var isClosed = false
    }

    /// The guest's name, for messages.
    public let guest: String
    private let state = Mutex(State())
    private let channel: Mutex<MessageChannel?>

    /// Takes over a socket that is connected to the helper's port.
    ///
    /// - Parameter resynchronizes: Whether to terminate an incomplete message of an earlier client; not needed after a
    ///   fork, where it would only wake the helper.
    package init(adopting descriptor: FileDescriptor, guest: String, resynchronizes: Bool = true) {
        self.guest = guest
        channel = Mutex(nil)
        let channel = MessageChannel(adopting: descriptor, label: "helper.\(guest)") { [weak self] incoming in
            switch incoming {
            case .arrived(.message(let message, _)): self?.received(message)
            case .arrived(.reset), .arrived(.unreadable): break
            case .closed: self?.ended()
            }
        }
        self.channel.withLock { $0 = channel }
        if resynchronizes { resynchronize() }
    }

    /// Ends what the helper may have half read, and announces a new client to it.
    package func resynchronize() {
        // One line end is for an incomplete message; the other is the empty line that announces a client.
        _ = channel.withLock { $0 }?.send(Array("\n\n".utf8))
    }

    /// Connects to the machine's socket for the helper's port.
    ///
    /// - Throws: ``GuestAccessError`` with code `helperClosed` if the socket cannot be connected to.
    package static func connect(
        to socket: FilePath,
        guest: String,
        resynchronizes: Bool = true,
    ) throws(GuestAccessError) -> GuestHelper {
        do {
            let descriptor = try UnixSocket.connect(to: socket)
            return GuestHelper(adopting: descriptor, guest: guest, resynchronizes: resynchronizes)
        } catch .resourceTemporarilyUnavailable {
            // One client is served and one waits; there is no room for more.
            throw GuestAccessError(
                .timedOut,
                guest: guest,
                "another command, such as `quiver exec`, is connected to the helper in it, and one more waits; "
                    + "try again when these have ended",
            )
        } catch {
            throw GuestAccessError(.helperClosed, guest: guest, "cannot connect to the helper at \(socket): \(error)")
        }
    }

    /// Closes the connection, so that waiting requests fail; closing twice is harmless.
    public func close() {
        channel.withLock { $0 }?.close()
        ended()
    }

    /// Sends the helper a request by name and waits for its answer.
    ///
    /// - Parameter limit: How long the answer may take.
    /// - Throws: ``GuestAccessError`` with code `helperRefused`, `helperClosed` or `timedOut`.
    public func request(
        _ name: String,
        _ arguments: JSONObject = [:],
        within limit: Duration?,
    ) async throws -> JSONObject {
        try await finish(try begin(name, arguments), name, within: limit)
    }

    /// Waits for the answer to a request that was sent, and abandons it if the wait ends early.
    func finish(
        _ id: Int,
        _ name: String,
        within limit: Duration?,
        onAbandon: (@Sendable (Int) -> Void)? = nil,
    ) async throws -> JSONObject {
        do {
            return try await withDeadline(limit, waitingFor: "the helper in \(self.guest) to answer \(name)") {
                try await self.answer(to: id)
            }
        } catch {
            abandon(id)
            onAbandon?(id)
            guard let exceeded = error as? DeadlineExceeded else { throw error }
            throw GuestAccessError(.timedOut, guest: guest, "\(exceeded)", cause: exceeded)
        }
    }

    /// Sends a request; wait for its answer with ``answer(to:)``.
    package func begin(
        _ name: String,
        _ arguments: JSONObject,
        onOutput: OutputHandler? = nil,
    ) throws -> Int {
        let (id, message) = try state.withLock { state in
            guard !state.isClosed else { throw closedError }
            let (id, message) = state.session.request(name, arguments)
            if let onOutput { state.outputs[id] = onOutput }
            return (id, message)
        }
        try sent(id, try channel.withLock { $0 }?.send(message))
        return id
    }

    /// Sends a request that is not JSON; see ``begin(_:_:onOutput:)``.
    func begin(line: (Int) -> String) throws -> Int {
        let id = try state.withLock { state in
            guard !state.isClosed else { throw closedError }
            return state.session.number()
        }
        try sent(id, channel.withLock { $0 }?.send(Array("\(line(id))\n".utf8)))
        return id
    }

    private func sent(_ id: Int, _ isSent: Bool?) throws {
        guard isSent != true else { return }
        abandon(id)
        throw closedError
    }

    /// Expects the answer to a request that was sent before the guest was frozen, over another connection.
    ///
    /// The numbers of this connection's requests then start above it.
    package func adopt(_ id: Int, onOutput: OutputHandler?) {
        state.withLock { state in
            state.session.adopt(id)
            state.outputs[id] = onOutput
        }
    }

    /// Waits for the answer to a request that was sent.
    package func answer(to id: Int) async throws -> JSONObject {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let ready: Result<JSONObject, any Error>? = state.withLock { state in
                    if case .answered(let result)? = state.waiters.removeValue(forKey: id) { return result }
                    guard !state.isClosed else { return .failure(closedError) }
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    state.waiters[id] = .answer(continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            if case .answer(let continuation)? = waiter { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Abandons a request's answer, whether it has come or not.
    func forget(_ id: Int) { abandon(id) }

    private func abandon(_ id: Int) {
        state.withLock { state in
            state.session.abandon(id)
            state.waiters[id] = nil
            state.outputs[id] = nil
        }
    }

    private var closedError: GuestAccessError {
        GuestAccessError(
            .helperClosed,
            guest: guest,
            "the connection to the helper was closed; is the machine still running?"
        )
    }

    private func received(_ message: JSONObject) {
        let action = state.withLock { $0.session.received(message) }
        switch action {
        case .answer(let id, let result): settle(id, .success(result))
        case .refusal(let id, let reason):
            settle(
                id,
                .failure(
                    GuestAccessError(
                        .helperRefused,
                        guest: guest,
                        "the helper in the guest: \(GuestText.shown(reason))"
                    )
                )
            )
        case .output(let id, let stream, let bytes):
            state.withLock { $0.outputs[id] }?(stream, bytes)
        case .milestone(let milestone): note([milestone])
        case .ignore: break
        }
    }

    private func settle(_ id: Int, _ result: Result<JSONObject, any Error>) {
        let continuation: CheckedContinuation<JSONObject, any Error>? = state.withLock { state in
            state.outputs[id] = nil
            if case .answer(let continuation)? = state.waiters.removeValue(forKey: id) { return continuation }
            state.waiters[id] = .answered(result)
            return nil
        }
        continuation?.resume(with: result)
    }

    func note(_ milestones: [GuestMilestone]) {
        let news = state.withLock { state in
            var news: [(AsyncStream<GuestMilestone>.Continuation, GuestMilestone)] = []
            for milestone in milestones
            where state.milestones.count < GuestMilestone.largestCount
                && !state.milestones.contains(where: { $0.name == milestone.name })
            {
                state.milestones.append(milestone)
                news += state.listeners.values.map { ($0, milestone) }
            }
            return news
        }
        for (listener, milestone) in news { listener.yield(milestone) }
    }

    /// The milestones that the boot has reached, as far as this connection knows, and later ones as they are reached.
    ///
    /// The stream ends with the connection. A boot has some twenty milestones, so nothing needs to be dropped.
    public var milestones: AsyncStream<GuestMilestone> {
        let (stream, continuation) = AsyncStream.makeStream(of: GuestMilestone.self)
        let (known, number) = state.withLock { state in
            let number = state.nextListener
            state.nextListener += 1
            if !state.isClosed { state.listeners[number] = continuation }
            for milestone in state.milestones { continuation.yield(milestone) }
            return (state.isClosed, number)
        }
        if known { continuation.finish() }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[number] = nil }
        }
        return stream
    }

    private func ended() {
        let (waiters, listeners) = state.withLock { state in
            guard !state.isClosed else { return ([Waiter](), [AsyncStream<GuestMilestone>.Continuation]()) }
            state.isClosed = true
            defer {
                state.waiters = [:]
                state.outputs = [:]
                state.listeners = [:]
            }
            return (Array(state.waiters.values), Array(state.listeners.values))
        }
        for case .answer(let continuation) in waiters { continuation.resume(throwing: closedError) }
        for listener in listeners { listener.finish() }
    }
}
