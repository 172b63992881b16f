import CloudImages
import GuestAccess
import HostSupport
import Machines
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import TestRuns

extension CommandFailure {
    /// The line and the exit status for an error that ended a command.
    init(explaining error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as DeadlineExceeded: self.init(.temporary, "\(error)", cause: error)
        case let error as QMPError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case let error as CloudImagesError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case let error as FileFailure: self.init(Self.status(of: error), "\(error)", cause: error)
        case let error as ToolMissing: self.init(.unavailable, "\(error)", cause: error)
        case let error as GuestAccessError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case let error as MachineError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case let error as TemplateError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case let error as TestRunError: self.init(Self.status(of: error), "\(error)", cause: error.cause)
        case is CancellationError: self.init(.interrupted, "interrupted")
        default: self.init(.software, "\(error)", cause: error)
        }
    }

    private static func status(of error: CloudImagesError) -> ExitStatus {
        switch error.code {
        case .badReference, .badSize: .usage
        case .unsupported: .unavailable
        case .cannotWrite:
            (error.cause as? FileFailure).map(status) ?? (error.cause as? Errno).map(status) ?? .cannotCreate
        case .unreadable: .inputOutput
        case .downloadFailed: .temporary
        case .badCatalog: .usage
        default: .failed
        }
    }

    private static func status(of error: FileFailure) -> ExitStatus {
        error.action == "read" ? .inputOutput : status(of: error.reason)
    }

    private static func status(of reason: Errno) -> ExitStatus {
        switch reason {
        case .noSuchFileOrDirectory, .permissionDenied, .readOnlyFileSystem, .notDirectory, .fileExists: .cannotCreate
        default: .inputOutput
        }
    }

    private static func status(of error: GuestAccessError) -> ExitStatus {
        switch error.code {
        case .toolMissing: .unavailable
        case .timedOut: .temporary
        default: .failed
        }
    }

    private static func status(of error: MachineError) -> ExitStatus {
        switch error.code {
        case .acceleratorUnusable, .missingFirmware, .missingProgram: .unavailable
        case .invalidDescription, .invalidSnapshotTag: .usage
        case .noSpace: .inputOutput
        case .timedOut, .unresponsive: .temporary
        case .fileFailed:
            (error.cause as? FileFailure).map(status) ?? (error.cause as? CloudImagesError).map(status) ?? .inputOutput
        default: .failed
        }
    }

    private static func status(of error: TemplateError) -> ExitStatus {
        switch error.code {
        case .noSpace: .inputOutput
        default: .failed
        }
    }

    private static func status(of error: TestRunError) -> ExitStatus {
        switch error.code {
        case .badConfiguration: .usage
        default: .failed
        }
    }

    private static func status(of error: QMPError) -> ExitStatus {
        switch error.code {
        case .timedOut: .temporary
        // There was no greeting, or the connection was not accepted, within the time limit.
        case .connectFailed where error.cause is DeadlineExceeded: .temporary
        case .connectFailed where error.cause as? Errno == .resourceTemporarilyUnavailable: .temporary
        case .invalidArguments: .usage
        case .unsupported: .unavailable
        default: .failed
        }
    }
}
