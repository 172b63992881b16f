package import WireJSON

extension QMPSession {
    /// Takes a message from the peer.
    ///
    /// - Parameter capabilitiesID: A fresh id, used when the message asks for negotiation.
    package mutating func received(_ message: QMPMessage, capabilitiesID: @autoclosure () -> UInt64) -> [Action] {
        switch message {
        case .event(let event): isClosed ? [] : [.deliver(event)]
        case .unknown(let json): isClosed ? [] : [.report(.unknownMessage(json))]
        case .greeting(let greeting): received(greeting, capabilitiesID: capabilitiesID)
        case .success(let id, let value): received(.success(value), id: id)
        case .failure(let id, let errorClass, let message):
            received(.failure(Refusal(errorClass: errorClass, message: message)), id: id)
        }
    }

    /// Takes a message that could not be read.
    ///
    /// - Parameter id: The id of the command it answers, if that much could be made out.
    package mutating func receivedUnreadable(_ error: JSONError, id: JSON?) -> [Action] {
        guard !isClosed else { return [] }
        let report = Action.report(.unreadable(error))
        guard let id, let number = Self.number(id) else { return [report] + noteLostReply() }
        return [report]
            + finish(number, late: true) { command in
                .failure(
                    QMPError(
                        .undecodableReply,
                        command: command.name,
                        "the reply cannot be read: \(error)",
                        cause: error
                    )
                )
            }
    }

    private var isClosed: Bool {
        switch state {
        case .closed: true
        case .awaitingGreeting, .negotiating, .ready: false
        }
    }

    // MARK: Greeting

    private mutating func received(_ greeting: QMPGreeting, capabilitiesID: () -> UInt64) -> [Action] {
        switch state {
        case .awaitingGreeting(let book):
            return negotiate(greeting, id: capabilitiesID(), book)
        case .negotiating(_, _, let book), .ready(_, _, let book):
            // The peer is a relay whose QEMU was replaced, or QEMU reset its monitor: nothing in flight will be
            // answered, what was not sent can still be.
            let lost = book.outstanding.compactMap { command in
                command.isAbandoned ? nil : Action.complete(command.id, .failure(Self.outcomeUnknown(command)))
            }
            var kept = Book()
            kept.queued = book.queued
            return [.report(.secondGreeting)] + lost + negotiate(greeting, id: capabilitiesID(), kept)
        case .closed:
            return []
        }
    }

    private mutating func negotiate(_ greeting: QMPGreeting, id: UInt64, _ book: Book) -> [Action] {
        let enabled = settings.enablesOutOfBand && greeting.offersOutOfBand
        let arguments = enabled ? ",\"arguments\":{\"enable\":[\"oob\"]}" : ""
        let message = "{\"execute\":\"qmp_capabilities\"\(arguments),\"id\":\(id)}\n"
        state = .negotiating(greeting, capabilities: id, book)
        return [.send(QMPRequest(id: id, name: "qmp_capabilities", message: Array(message.utf8)))]
    }

    // MARK: Replies

    /// QEMU's own words for a failure.
    private struct Refusal: Error {
        let errorClass: String
        let message: String
    }

    private mutating func received(_ outcome: Result<JSON, Refusal>, id: JSON?) -> [Action] {
        if isClosed { return [] }
        guard let id else {
            guard case .failure(let refusal) = outcome else { return [.report(.unknownReply(id: nil))] }
            return receivedErrorWithoutID(refusal)
        }
        guard let number = Self.number(id) else { return [.report(.unknownReply(id: id))] }
        if case .negotiating(let greeting, number, var book) = state {
            switch outcome {
            case .success:
                let outOfBand = settings.enablesOutOfBand && greeting.offersOutOfBand
                return becomeReady(greeting, outOfBand: outOfBand, &book)
            case .failure(let refusal) where refusal.errorClass == "CommandNotFound":
                // The monitor had been negotiated before we got it.
                return becomeReady(greeting, outOfBand: false, &book)
            case .failure(let refusal):
                let error = QMPError(
                    .connectFailed,
                    command: "qmp_capabilities",
                    errorClass: refusal.errorClass,
                    "QEMU refused to negotiate: \(refusal.message)",
                )
                return [.close(error)]
            }
        }
        return finish(number, late: false) { command in
            outcome.mapError { refusal in
                QMPError(.commandFailed, command: command.name, errorClass: refusal.errorClass, refusal.message)
            }
        }
    }

    private mutating func becomeReady(_ greeting: QMPGreeting, outOfBand: Bool, _ book: inout Book) -> [Action] {
        var actions: [Action] = [.becameReady(greeting)]
        fill(&book, outOfBand: outOfBand, &actions)
        state = .ready(greeting, outOfBand: outOfBand, book)
        return actions
    }

    /// Completes the command of that id, frees its slot and fills it again.
    private mutating func finish(
        _ id: UInt64,
        late: Bool,
        _ outcome: (Outstanding) -> Result<JSON, QMPError>,
    ) -> [Action] {
        guard case .ready(let greeting, let outOfBand, var book) = state,
            let index = book.outstanding.firstIndex(where: { $0.id == id })
        else { return [.report(.unknownReply(id: JSON(id)))] }
        // The state must not hold a second reference to the book, or every change below copies it.
        state = .closed(Self.inTransition)
        var actions: [Action] = []
        let command = book.outstanding.remove(at: index)
        let result = outcome(command)
        if command.name == "quit", case .success = result { book.hasQuit = true }
        if command.isAbandoned {
            actions.append(.report(.lateReply(command: command.name, id: id)))
        } else {
            actions.append(.complete(id, result))
        }
        if book.lostReplies > 0, !command.isOutOfBand { failOvertaken(before: index, &book, &actions) }
        fill(&book, outOfBand: outOfBand, &actions)
        state = .ready(greeting, outOfBand: outOfBand, book)
        return actions
    }

    /// QEMU answers in-band commands in order: once a reply was lost, an older command that is overtaken by a reply is
    /// the one whose reply it was.
    private func failOvertaken(before index: Int, _ book: inout Book, _ actions: inout [Action]) {
        var kept: [Outstanding] = []
        for (position, command) in book.outstanding.enumerated() {
            guard position < index, !command.isOutOfBand, book.lostReplies > 0 else {
                kept.append(command)
                continue
            }
            book.lostReplies -= 1
            if !command.isAbandoned {
                actions.append(.complete(command.id, .failure(Self.replyLost(command))))
            }
        }
        book.outstanding = kept
    }

    private mutating func receivedErrorWithoutID(_ refusal: Refusal) -> [Action] {
        let report = Action.report(
            .errorWithoutID(
                errorClass: refusal.errorClass,
                message: refusal.message,
                outstanding: outstandingCount,
            )
        )
        guard case .ready(let greeting, let outOfBand, var book) = state else { return [report] }
        guard book.outstanding.count == 1, let command = book.outstanding.first else {
            return [report] + noteLostReply()
        }
        book.outstanding = []
        var actions = [report]
        if !command.isAbandoned {
            let error = QMPError(
                .protocolViolation,
                command: command.name,
                errorClass: refusal.errorClass,
                "QEMU could not read the command: \(refusal.message)",
            )
            actions.append(.complete(command.id, .failure(error)))
        }
        fill(&book, outOfBand: outOfBand, &actions)
        state = .ready(greeting, outOfBand: outOfBand, book)
        return actions
    }

    /// Notes that a message was lost that may have been a reply.
    private mutating func noteLostReply() -> [Action] {
        guard case .ready(let greeting, let outOfBand, var book) = state, !book.outstanding.isEmpty else { return [] }
        book.lostReplies = min(book.lostReplies + 1, book.outstanding.count)
        state = .ready(greeting, outOfBand: outOfBand, book)
        return []
    }

    private static func number(_ id: JSON) -> UInt64? {
        guard case .integer(let value) = id else { return nil }
        return UInt64(exactly: value)
    }

    static func replyLost(_ command: Outstanding) -> QMPError {
        QMPError(.outcomeUnknown, command: command.name, "the reply could not be read, and later ones have come")
    }

    static func outcomeUnknown(_ command: Outstanding, because reason: QMPError? = nil) -> QMPError {
        QMPError(
            .outcomeUnknown,
            command: command.name,
            "the connection ended before the reply: whether the command ran is not known",
            cause: reason,
        )
    }
}
