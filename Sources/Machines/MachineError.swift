public import QuiverErrors

/// An error about a machine.
public struct MachineError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidDescription, invalidSnapshotTag, missingProgram, missingFirmware, acceleratorUnusable
            case launchFailed, alreadyRunning, notRunning, ended, unresponsive
            case exists, notFound, snapshotImpossible, snapshotFailed, noSpace
            case monitorFailed, fileFailed, timedOut
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The description is not valid; nothing was started.
        public static let invalidDescription = Self(.invalidDescription)
        /// The name is not a valid snapshot tag.
        public static let invalidSnapshotTag = Self(.invalidSnapshotTag)
        /// QEMU, or another required program, is not installed.
        public static let missingProgram = Self(.missingProgram)
        /// The requested firmware is not installed.
        public static let missingFirmware = Self(.missingFirmware)
        /// The requested accelerator does not run guests on this host.
        public static let acceleratorUnusable = Self(.acceleratorUnusable)
        /// QEMU could not be run, or exited during startup.
        public static let launchFailed = Self(.launchFailed)
        /// The machine is running, or another process is starting it.
        public static let alreadyRunning = Self(.alreadyRunning)
        /// The operation needs a running machine.
        public static let notRunning = Self(.notRunning)
        /// The machine ended during the operation.
        public static let ended = Self(.ended)
        /// The machine's process is running but its monitor does not answer.
        public static let unresponsive = Self(.unresponsive)
        /// A machine or snapshot with this name already exists.
        public static let exists = Self(.exists)
        /// There is no machine or snapshot with this name.
        public static let notFound = Self(.notFound)
        /// Something in the machine prevents saving it; the message says what, with a hint.
        public static let snapshotImpossible = Self(.snapshotImpossible)
        /// QEMU could not save, load or delete the snapshot.
        public static let snapshotFailed = Self(.snapshotFailed)
        /// The disk does not have enough space.
        public static let noSpace = Self(.noSpace)
        /// QEMU refused a command, or its answer was not valid.
        public static let monitorFailed = Self(.monitorFailed)
        /// A file of the machine cannot be read or written.
        public static let fileFailed = Self(.fileFailed)
        /// A timeout expired.
        public static let timedOut = Self(.timedOut)

        /// The code's name, as in `notRunning`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The machine's name.
    public let machine: String
    /// What is wrong, with a hint.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, machine: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.machine = machine
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code, or by the cause of a file that cannot be used.
    public var category: ErrorCategory {
        switch code {
        case .acceleratorUnusable, .missingFirmware, .missingProgram: .unavailable
        case .invalidDescription, .invalidSnapshotTag: .usage
        case .noSpace: .inputOutput
        case .timedOut, .unresponsive: .temporary
        case .fileFailed: (cause as? any QuiverError)?.category ?? .inputOutput
        default: .failed
        }
    }

    /// The machine's name and the message, with the cause where the message does not contain it.
    public var description: String {
        let reason = cause.map { "\($0)" } ?? ""
        // If the message is the cause's own, it is not repeated.
        return "machine \(machine): \(message)" + (reason.isEmpty || message.contains(reason) ? "" : ": \(reason)")
    }
}
