import GuestAccess
import HostSupport
import Machines
import QMPClient
import QMPCore
import Quantities
import QuiverErrors
import SystemPackage
import TestRuns

extension CommandFailure {
    /// The line and the exit status for an error that ended a command.
    init(explaining error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as any QuiverError:
            self.init(ExitStatus(error.category), "\(error)", cause: error.cause)
        case is CancellationError: self.init(.interrupted, "interrupted")
        default: self.init(.software, "\(error)", cause: error)
        }
    }
}
