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
    /// - Parameter limit: How long each of the two questions may take: one in band, then one out of band.
    public func liveness(within limit: Duration = .seconds(1)) async throws(QMPError) -> QMPLiveness {
        let process = link.options.processID ?? link.state.withLock { $0.peerProcess }
        do throws(QMPError) {
            _ = try await execute("query-status", deadline: limit)
            return .answering
        } catch {
            switch error.code {
            case .commandFailed: return .answering
            case .timedOut: break
            case .connectionClosed, .outcomeUnknown:
                guard let process, ProcessState.of(process) != .gone else { return .dead }
                return .disconnected
            default: throw error
            }
        }
        switch process.map(ProcessState.of) {
        case .gone: return .dead
        case .stopped: return .stopped
        case .running, nil: break
        }
        guard canExecuteOutOfBand else { return .unresponsive }
        do throws(QMPError) {
            // Harmless, and one of the few that QEMU executes out of band.
            _ = try await execute("query-yank", deadline: limit, outOfBand: true)
            return .busy
        } catch {
            switch error.code {
            case .commandFailed: return .busy
            case .timedOut: return .unresponsive
            case .connectionClosed, .outcomeUnknown: return .dead
            default: throw error
            }
        }
    }
}
