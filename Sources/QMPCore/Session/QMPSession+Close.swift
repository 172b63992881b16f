import WireJSON

extension QMPSession {
    /// Takes the end of the connection.
    ///
    /// A command in flight has an unknown outcome, except a `quit`, whose answer is the end; a queued one did not run.
    /// - Parameter byPeer: Whether the peer ended it; our own end answers no `quit`.
    package mutating func closed(_ reason: QMPError, byPeer: Bool) -> [Action] {
        guard let book else { return [] }
        state = .closed(reason)
        var actions: [Action] = []
        for command in book.outstanding where !command.isAbandoned {
            let outcome: Result<JSON, QMPError> =
                command.name == "quit" && byPeer
                ? .success([:]) : .failure(Self.outcomeUnknown(command, because: reason))
            actions.append(.complete(command.id, outcome))
        }
        for request in book.queued {
            let error = QMPError(.connectionClosed, command: request.name, reason.message, cause: reason)
            actions.append(.complete(request.id, .failure(error)))
        }
        return actions
    }

    /// Handles the loss of a connection that will be restored: commands are still accepted, and wait for the next
    /// greeting.
    ///
    /// - Returns: The end of what was there before, as for ``closed(_:byPeer:)``; what waits for a greeting keeps
    ///   waiting.
    package mutating func interrupted(_ reason: QMPError) -> [Action] {
        switch state {
        case .awaitingGreeting: return []
        case .negotiating(_, _, let book):
            state = .awaitingGreeting(book)
            return []
        case .ready, .closed:
            let actions = closed(reason, byPeer: true)
            self = QMPSession(settings: settings)
            return actions
        }
    }

    /// Whether a `quit` was sent and not refused, so that the end of the connection is expected.
    package var isQuitting: Bool {
        guard let book else { return false }
        return book.hasQuit || book.outstanding.contains { $0.name == "quit" }
    }
}
