import HostSupport
public import QMPCore
import SystemPackage

/// Whether QEMU is alive, as far as it is known.
public enum QMPLiveness: Sendable, Hashable {
    /// QEMU answers.
    case answering
    /// QEMU is alive but its main loop is busy: it only answers out of band.
    case busy
    /// QEMU's process was stopped by a signal and does nothing.
    case stopped
    /// QEMU's process is running but does not answer within the time limit.
    case unresponsive
    /// The connection has ended, but QEMU's process is running.
    case disconnected
    /// QEMU's process is gone, or the connection is gone and the process is not known.
    case dead
}

extension QMPConnection {
    /// Finds out whether QEMU answers, is busy, was stopped, or is gone.
    ///
    /// It can be called at any rate: an open query from the last call is waited for again.
    /// - Parameter limit: The time limit for each of the two queries: one out of band, then one in band.
    /// - Throws: ``QMPCore/QMPError`` with code `cancelled`; everything that is wrong with QEMU is a result.
    public func liveness(within limit: Duration = .seconds(1)) async throws(QMPError) -> QMPLiveness {
        if let state = processState, state != .running { return state == .stopped ? .stopped : .dead }
        // A harmless command, and one of the few that QEMU executes out of band.
        if canExecuteOutOfBand, let failure = try await silence(of: "query-yank", limit, outOfBand: true) {
            return liveness(after: failure)
        }
        guard let failure = try await silence(of: "query-status", limit, outOfBand: false) else { return .answering }
        let state = liveness(after: failure)
        // It was stopped or ended between the two queries; otherwise its answer to the first one counts.
        return state == .unresponsive && canExecuteOutOfBand ? .busy : state
    }

    /// The result of a query that was not answered, combined with the state of the process.
    private func liveness(after failure: QMPError.Code) -> QMPLiveness {
        let isLost = failure != .timedOut
        return switch processState {
        case .gone: .dead
        case .stopped: .stopped
        case .running: isLost ? .disconnected : .unresponsive
        case nil: isLost ? .dead : .unresponsive
        }
    }

    private var processState: ProcessState? {
        (link.options.processID ?? link.state.withLock { $0.peerProcess }).map(ProcessState.of)
    }

    /// Sends the query, and returns why there was no answer; nil if there was one, even an error.
    private func silence(
        of question: String,
        _ limit: Duration,
        outOfBand: Bool,
    ) async throws(QMPError) -> QMPError.Code? {
        do throws(QMPError) {
            try await link.probe(question, limit: limit, isOutOfBand: outOfBand)
            return nil
        } catch {
            switch error.code {
            case .timedOut, .connectionClosed, .outcomeUnknown: return error.code
            case .cancelled: throw error
            default: return nil
            }
        }
    }
}
