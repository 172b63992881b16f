import HostSupport
public import QMPCore
import SystemPackage

/// Whether QEMU is there, as far as it can be told.
public enum QMPLiveness: Sendable, Hashable {
    /// QEMU answers.
    case answering
    /// QEMU lives and its main loop is at something else: it answers out of band only.
    case busy
    /// QEMU's process was stopped by a signal and does nothing.
    case stopped
    /// QEMU's process runs and answers nothing within the time given.
    case unresponsive
    /// The connection has ended, and QEMU's process runs.
    case disconnected
    /// QEMU's process is gone, or the connection is and nobody knows the process.
    case dead
}

extension QMPConnection {
    /// Finds out whether QEMU answers, is busy, was stopped, or is gone.
    ///
    /// It can be asked at any rate: a question that is still open from the last time is waited for again.
    /// - Parameter limit: How long each of the two questions may take: one out of band, then one in band.
    /// - Throws: ``QMPError`` with code `cancelled`; all that is wrong with QEMU is a result.
    public func liveness(within limit: Duration = .seconds(1)) async throws(QMPError) -> QMPLiveness {
        if let state = processState, state != .running { return state == .stopped ? .stopped : .dead }
        // Harmless, and one of the few that QEMU executes out of band.
        if canExecuteOutOfBand, let failure = try await silence(of: "query-yank", limit, outOfBand: true) {
            return liveness(after: failure)
        }
        guard let failure = try await silence(of: "query-status", limit, outOfBand: false) else { return .answering }
        let state = liveness(after: failure)
        // It was stopped or ended between the two questions, or else its answer to the first stands.
        return state == .unresponsive && canExecuteOutOfBand ? .busy : state
    }

    /// What a question that was not answered says, with what the system says of the process.
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

    /// Asks, and says why there was no answer; nil when there was one, be it a refusal.
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
