public import QGA
public import QMPCore
import Quantities
import Synchronization
public import WireJSON

extension GuestAgent {
    /// Sends the command and waits for its reply, for at most ``Options/commandDeadline``.
    ///
    /// A command that only answers if it fails, such as `guest-shutdown`, has succeeded if there is no answer for
    /// ``Options/silenceMeansSuccess`` or the agent disconnects.
    /// - Throws: ``QMPCore/QMPError``: `commandFailed` with the agent's own class and text, `timedOut`, `cancelled`,
    ///   `connectionClosed` if it was not sent, `outcomeUnknown` if the connection ended first.
    public func execute<Command: GuestAgentCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        try await execute(command, deadline: options.commandDeadline)
    }

    /// Sends the command and waits for its reply, for at most `deadline`.
    public func execute<Command: GuestAgentCommand>(
        _ command: Command,
        deadline: Duration,
    ) async throws(QMPError) -> Command.Reply {
        let reply = try await execute(
            Command.name,
            command.arguments,
            deadline: deadline,
            answersOnlyOnFailure: Command.answersOnlyOnFailure,
        )
        do throws(JSONError) {
            return try Command.Reply(json: reply)
        } catch {
            throw QMPError(
                .undecodableReply,
                command: Command.name,
                "\(guest): \(error.inside("return"))",
                cause: error
            )
        }
    }

    /// Sends a command by name, for those that the compiled schema does not know.
    ///
    /// A command that only answers if it fails is handled as with its type.
    public func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        try await execute(
            name,
            arguments,
            deadline: options.commandDeadline,
            answersOnlyOnFailure: SilentCommands.names.contains(name),
        )
    }

    /// Waits until the agent answers, for example after boot, and synchronises the stream.
    /// - Throws: ``QMPCore/QMPError`` with code `timedOut`, `cancelled` or `connectionClosed`.
    public func waitUntilReachable(within limit: Duration) async throws(QMPError) {
        _ = try await execute("guest-ping", [:], deadline: limit, answersOnlyOnFailure: false)
    }

    private func execute(
        _ name: String,
        _ arguments: JSONObject,
        deadline: Duration,
        answersOnlyOnFailure: Bool,
    ) async throws(QMPError) -> JSON {
        let end = ContinuousClock.now + deadline
        switch await turns.take(within: deadline) {
        case .taken: break
        case .late: throw timedOut(name, deadline, "the commands before it")
        case .cancelled: throw QMPError(.cancelled, command: name, "\(guest): cancelled before it was sent")
        }
        defer { turns.release() }
        try await synchronise(before: name, until: end, deadline: deadline)

        let silence = answersOnlyOnFailure ? options.silenceMeansSuccess : deadline
        let limit = min(silence, ContinuousClock.now.duration(to: end))
        let outcome = await exchange(within: limit) { session, id in session.request(name, arguments, id: id) }
        switch outcome {
        case .action(.reply(let reply)):
            return reply
        case .action(.refusal(let errorClass, let description)):
            throw QMPError(.commandFailed, command: name, errorClass: errorClass, "\(guest): \(description)")
        case .action(.unreadable(let error)):
            throw QMPError(.undecodableReply, command: name, "\(guest): the agent's answer: \(error)", cause: error)
        case .late where answersOnlyOnFailure, .closed where answersOnlyOnFailure:
            return .object([:])
        case .late:
            throw timedOut(name, deadline, "its answer")
        case .cancelled:
            throw QMPError(.cancelled, command: name, "\(guest): cancelled; the agent may still do it")
        case .closed, .action(.synchronised), .action(.ignore):
            throw QMPError(.outcomeUnknown, command: name, "\(guest): the agent's channel closed before the answer")
        }
    }

    /// Synchronises the stream, and repeats the request while the agent is silent.
    private func synchronise(
        before name: String,
        until end: ContinuousClock.Instant,
        deadline: Duration,
    ) async throws(QMPError) {
        while !state.withLock({ $0.session.isInStep }) {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { throw timedOut(name, deadline, "the agent: is it installed and running?") }
            let outcome = await exchange(within: min(left, options.synchronisationInterval)) { session, _ in
                // The id is random so that no answer to an earlier client can match.
                session.synchronise(id: Int64.random(in: 1 << 32..<1 << 53))
            }
            switch outcome {
            case .action, .late: continue
            case .cancelled: throw QMPError(.cancelled, command: name, "\(guest): cancelled before it was sent")
            case .closed: throw QMPError(.connectionClosed, command: name, "\(guest): the agent's channel is closed")
            }
        }
    }

    /// Sends something and waits for what the session makes of the answer.
    private func exchange(
        within limit: Duration,
        _ start: @Sendable (inout AgentSession, _ id: Int64) -> [UInt8],
    ) async -> Outcome {
        let pending = OneShot<Outcome>()
        let bytes: [UInt8]? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextID += 1
            state.pending = pending
            let bytes = start(&state.session, state.nextID)
            // The answer may have come after the wait for it and before this one.
            if state.session.isInStep { pending.set(.action(.synchronised)) }
            return bytes
        }
        guard let bytes, send(bytes) else { return .closed }
        let outcome = await pending.wait(within: limit, late: .late, cancelled: .cancelled)
        state.withLock { state in
            state.pending = nil
            if case .action = outcome { return }
            state.session.giveUp()
        }
        return outcome
    }

    private func timedOut(_ name: String, _ deadline: Duration, _ waitedFor: String) -> QMPError {
        QMPError(.timedOut, command: name, "\(guest): gave up after \(deadline.shortText) waiting for \(waitedFor)")
    }
}
