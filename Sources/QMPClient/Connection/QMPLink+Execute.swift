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

    /// Registers a call, begins it, and waits for its outcome.
    func wait(
        for id: UInt64,
        name: String,
        limit: Duration,
        _ begin: @Sendable (inout State) -> [QMPSession.Action],
    ) async -> Result<JSON, QMPError> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let call = QMPCall(name: name, deadline: .now + limit, limit: limit, waiter: waiter)
                act { state in
                    state.calls[id] = call
                    timer.fire(noLaterThan: call.deadline)
                    return begin(&state)
                }
                // A cancellation before the call was registered found nothing to give up.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: UInt64) {
        act { state in
            guard let call = state.calls[id] else { return [] }
            return abandon(id, &state) { wasSent in
                let text = "the calling task was cancelled, the command " + (wasSent ? "may still run" : "was not sent")
                return QMPError(.cancelled, command: Self.subject(id, call), text)
            }
        }
    }

    /// Gives up the calls whose time has run out, and sets the timer for the next.
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
            if let next { timer.fire(noLaterThan: next) }
            return actions
        }
    }

    /// Gives up one call; the one for the negotiation is none of the session's.
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
        if id == readiness {
            let hint = "does another client hold this monitor? It serves one at a time"
            return QMPError(.connectFailed, "\(endpoint): no greeting within \(limit); \(hint)")
        }
        let text =
            wasSent
            ? "no reply within \(limit); the command may still run"
            : "not sent within \(limit): \(outstanding) commands before it are unanswered"
        return QMPError(.timedOut, command: call.name, text)
    }

    private static func subject(_ id: UInt64, _ call: QMPCall) -> String? {
        id == readiness ? nil : call.name
    }
}
