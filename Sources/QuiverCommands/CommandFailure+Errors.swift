import HostSupport
import QMPClient
import QMPCore
import Quantities

extension CommandFailure {
    /// The one line and the exit status for any error that reached the top of a command.
    init(explaining error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as DeadlineExceeded: self.init(.temporary, "\(error)", cause: error)
        case let error as QMPError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case is CancellationError: self.init(.interrupted, "interrupted")
        default: self.init(.software, "\(error)", cause: error)
        }
    }

    private static func status(of error: QMPError) -> ExitStatus {
        switch error.code {
        case .timedOut: .temporary
        case .invalidArguments: .usage
        case .unsupported: .unavailable
        default: .failed
        }
    }
}
