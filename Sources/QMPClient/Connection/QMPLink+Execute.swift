import HostSupport
import QMPCore
import Quantities
import WireJSON

extension QMPLink {
    /// Sends the command and waits for its outcome, for the deadline, or for the task to be cancelled.
    func execute(
        _ name: String,
        _ arguments: JSONObject,
        deadline: Duration?,
        isOutOfBand: Bool = false,
        passenger: (any QMPPassenger)? = nil,
    ) async throws(QMPError) -> JSON {
        let request: QMPRequest
        do throws(JSONError) {
            request = try QMPRequest(
                id: nextID(),
                name: name,
                arguments: arguments,
                isOutOfBand: isOutOfBand,
                passenger: passenger,
            )
        } catch {
            throw QMPError(.invalidArguments, command: name, "\(error)", cause: error)
        }
        let limit = deadline ?? options.commandDeadline
        return try await wait(for: request.id, name: name, limit: limit) { $0.session.submit(request) }.get()
    }

    /// Sends a query only to see whether it is answered; an open query is not sent a second time.
    func probe(_ name: String, limit: Duration, isOutOfBand: Bool) async throws(QMPError) {
        guard let id = state.withLock({ $0.session.reclaim(name) }) else {
            _ = try await execute(name, [:], deadline: limit, isOutOfBand: isOutOfBand)
            return
        }
        let result = await wait(for: id, name: name, limit: limit) { state in
            // Answered, or lost with its connection, between the two moments.
            state.session.isOutstanding(id) ? [] : [.complete(id, .success([:]))]
        }
        _ = try result.get()
    }

    /// Registers a call, begins it, and waits for its outcome.
    func wait(
        for id: UInt64,
        name: String,
        limit: Duration,
        _ begin: @Sendable (inout State) -> [QMPSession.Action],
    ) async -> Result<JSON, QMPError> {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                let call = QMPCall(name: name, deadline: .now + limit, limit: limit, waiter: waiter)
                act { state in
                    state.calls[id] = call
                    // Checked under the lock: the handler below has either already run, or will find the call.
                    if Task.isCancelled {
                        let actions = abandon(id, &state) { Self.cancelled(id, call, wasSent: $0) }
                        return actions.isEmpty
                            ? [.complete(id, .failure(Self.cancelled(id, call, wasSent: false)))] : actions
                    }
                    timer.fire(noLaterThan: call.deadline)
                    return begin(&state)
                }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        act { state in
            guard let call = state.calls[id] else { return [] }
            return abandon(id, &state) { Self.cancelled(id, call, wasSent: $0) }
        }
    }

    private static func cancelled(_ id: UInt64, _ call: QMPCall, wasSent: Bool) -> QMPError {
        let text = "the calling task was cancelled, the command " + (wasSent ? "may still run" : "was not sent")
        return QMPError(.cancelled, command: id == readiness ? nil : call.name, text)
    }

    /// Fails the calls whose deadline has passed, and sets the timer for the next.
    func expireCalls() {
        act { state in
            let now = ContinuousClock.now
            var actions: [QMPSession.Action] = []
            var next: ContinuousClock.Instant?
            for (id, call) in state.calls {
                guard call.deadline <= now else {
                    next = min(next ?? call.deadline, call.deadline)
                    continue
                }
                let outstanding = state.session.outstandingCount
                actions += abandon(id, &state) { wasSent in
                    Self.timedOut(id, call, wasSent: wasSent, outstanding: outstanding, endpoint: endpoint)
                }
            }
            if let end = state.negotiationEnd {
                if end <= now {
                    state.negotiationEnd = nil
                    actions.append(.close(Self.notGreeted(within: options.connectDeadline, endpoint: endpoint)))
                } else {
                    next = min(next ?? end, end)
                }
            }
            if let next { timer.fire(noLaterThan: next) }
            return actions
        }
    }

    /// Abandons one call; the one for the negotiation does not belong to the session.
    private func abandon(
        _ id: UInt64,
        _ state: inout State,
        _ error: (_ wasSent: Bool) -> QMPError,
    ) -> [QMPSession.Action] {
        id == Self.readiness ? [.complete(id, .failure(error(true)))] : state.session.abandon(id, error)
    }

    private static func timedOut(
        _ id: UInt64,
        _ call: QMPCall,
        wasSent: Bool,
        outstanding: Int,
        endpoint: QMPEndpoint,
    ) -> QMPError {
        let limit = call.limit.shortText
        if id == readiness { return notGreeted(within: call.limit, endpoint: endpoint) }
        let text =
            wasSent
            ? "no reply within \(limit); the command may still run"
            : "not sent within \(limit): \(outstanding) earlier commands are unanswered"
        return QMPError(.timedOut, command: call.name, text)
    }

    private static func notGreeted(within limit: Duration, endpoint: QMPEndpoint) -> QMPError {
        let hint = "is another client using this monitor? It serves one at a time"
        let cause = DeadlineExceeded(limit: limit, waitedFor: "the greeting of \(endpoint)")
        return QMPError(.connectFailed, "\(endpoint): no greeting within \(limit.shortText); \(hint)", cause: cause)
    }
}
