import WireJSON

extension QMPSession {
    /// Takes the end of the connection, from whichever side.
    ///
    /// A `quit` in flight has succeeded; any other command in flight has an unknown outcome; a queued one did not run.
    package mutating func closed(_ reason: QMPError) -> [Action] {
        guard let book else { return [] }
        state = .closed(reason)
        var actions: [Action] = []
        for command in book.outstanding where !command.isAbandoned {
            let outcome: Result<JSON, QMPError> =
                command.name == "quit"
                ? .success([:]) : .failure(Self.outcomeUnknown(command, because: reason))
            actions.append(.complete(command.id, outcome))
        }
        for request in book.queued {
            let error = QMPError(.connectionClosed, command: request.name, reason.message, cause: reason)
            actions.append(.complete(request.id, .failure(error)))
        }
        return actions
    }

    /// Whether a `quit` was sent and not refused, so that the end of the connection is what was asked for.
    package var isQuitting: Bool {
        guard let book else { return false }
        return book.hasQuit || book.outstanding.contains { $0.name == "quit" }
    }
}
