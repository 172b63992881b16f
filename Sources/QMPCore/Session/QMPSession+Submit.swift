import WireJSON

extension QMPSession {
    /// Takes a command to execute: sent at once if there is room for it, queued otherwise.
    package mutating func submit(_ request: QMPRequest) -> [Action] {
        switch state {
        case .awaitingGreeting(var book):
            book.queued.append(request)
            state = .awaitingGreeting(book)
            return []
        case .negotiating(let greeting, let capabilities, var book):
            book.queued.append(request)
            state = .negotiating(greeting, capabilities: capabilities, book)
            return []
        case .ready(let greeting, let outOfBand, var book):
            state = .closed(Self.inTransition)
            var actions: [Action] = []
            if book.queued.isEmpty, hasRoom(for: request, book, outOfBand: outOfBand) {
                book.outstanding.append(Outstanding(request))
                actions = [.send(request)]
            } else {
                book.queued.append(request)
                fill(&book, outOfBand: outOfBand, &actions)
            }
            state = .ready(greeting, outOfBand: outOfBand, book)
            return actions
        case .closed(let reason):
            let error = QMPError(.connectionClosed, command: request.name, reason.message, cause: reason)
            return [.complete(request.id, .failure(error))]
        }
    }

    /// Abandons a command for its caller: a queued one is never sent, a sent one keeps its slot until it is answered.
    /// - Parameter error: The error for the caller, given whether the command was sent.
    package mutating func abandon(_ id: UInt64, _ error: (_ wasSent: Bool) -> QMPError) -> [Action] {
        switch state {
        case .awaitingGreeting(var book):
            let actions = abandon(id, in: &book, error)
            state = .awaitingGreeting(book)
            return actions
        case .negotiating(let greeting, let capabilities, var book):
            let actions = abandon(id, in: &book, error)
            state = .negotiating(greeting, capabilities: capabilities, book)
            return actions
        case .ready(let greeting, let outOfBand, var book):
            var actions = abandon(id, in: &book, error)
            // A descriptor command that is gone from the head of the queue may have held back others.
            fill(&book, outOfBand: outOfBand, &actions)
            state = .ready(greeting, outOfBand: outOfBand, book)
            return actions
        case .closed:
            return []
        }
    }

    /// Reuses an abandoned command of that name that is not answered yet, so that a query that is repeated after
    /// timeouts only uses one slot.
    ///
    /// - Returns: Its id; nil when there is none.
    package mutating func reclaim(_ name: String) -> UInt64? {
        guard case .ready(let greeting, let outOfBand, var book) = state,
            let index = book.outstanding.firstIndex(where: { $0.isAbandoned && $0.name == name })
        else { return nil }
        book.outstanding[index].isAbandoned = false
        state = .ready(greeting, outOfBand: outOfBand, book)
        return book.outstanding[index].id
    }

    /// Whether the command was sent and is not answered yet.
    package func isOutstanding(_ id: UInt64) -> Bool {
        book?.outstanding.contains { $0.id == id } ?? false
    }

    private func abandon(_ id: UInt64, in book: inout Book, _ error: (Bool) -> QMPError) -> [Action] {
        if let index = book.queued.firstIndex(where: { $0.id == id }) {
            book.queued.remove(at: index)
            return [.complete(id, .failure(error(false)))]
        }
        guard let index = book.outstanding.firstIndex(where: { $0.id == id }), !book.outstanding[index].isAbandoned
        else { return [] }
        book.outstanding[index].isAbandoned = true
        return [.complete(id, .failure(error(true)))]
    }

    /// Whether a command can be sent at once while none waits: most can, and need not go through the queue.
    private func hasRoom(for request: QMPRequest, _ book: Book, outOfBand: Bool) -> Bool {
        if request.passenger != nil { return false }
        if request.isOutOfBand { return outOfBand }
        return book.outstanding.count < settings.window
    }

    /// Sends what it can: out-of-band commands at once, the others in order while the window has a free slot.
    ///
    /// QEMU drops a descriptor that it holds when the next one arrives, so a command with a descriptor waits for the
    /// answer to the one before it, and everything behind it in the queue waits with it.
    func fill(_ book: inout Book, outOfBand: Bool, _ actions: inout [Action]) {
        guard !book.queued.isEmpty else { return }
        var inBand = 0
        var descriptors = 0
        for command in book.outstanding {
            inBand += command.isOutOfBand ? 0 : 1
            descriptors += command.carriesDescriptor ? 1 : 0
        }
        var waiting: [QMPRequest] = []
        var isInBandBlocked = false
        for request in book.queued {
            if request.isOutOfBand && !outOfBand {
                let error = QMPError(.unsupported, command: request.name, "this QEMU offers no out-of-band execution")
                actions.append(.complete(request.id, .failure(error)))
                continue
            }
            let needsSlot = !request.isOutOfBand
            let hasDescriptor = request.passenger != nil
            if (needsSlot && (isInBandBlocked || inBand >= settings.window)) || (hasDescriptor && descriptors > 0) {
                if needsSlot { isInBandBlocked = true }
                waiting.append(request)
                continue
            }
            inBand += needsSlot ? 1 : 0
            descriptors += hasDescriptor ? 1 : 0
            book.outstanding.append(Outstanding(request))
            actions.append(.send(request))
        }
        book.queued = waiting
    }

    /// The state while its book is being changed; never visible from outside.
    static let inTransition = QMPError(.protocolViolation, "the session is being changed")
}
