/// Why something about a machine failed.
public struct MachineError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidDescription, invalidSnapshotTag, missingProgram, missingFirmware, acceleratorUnusable
            case launchFailed, alreadyRunning, notRunning, ended, unresponsive
            case exists, notFound, snapshotImpossible, snapshotFailed, noSpace
            case monitorFailed, fileFailed, timedOut
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The description asks for something impossible; nothing was started.
        public static let invalidDescription = Self(.invalidDescription)
        /// The name is none that a snapshot can have.
        public static let invalidSnapshotTag = Self(.invalidSnapshotTag)
        /// QEMU, or another program that was needed, is not installed.
        public static let missingProgram = Self(.missingProgram)
        /// No firmware of the kind that was asked for is installed.
        public static let missingFirmware = Self(.missingFirmware)
        /// The accelerator that was asked for does not run a guest on this host.
        public static let acceleratorUnusable = Self(.acceleratorUnusable)
        /// QEMU ended, or could not be run, before the machine was up.
        public static let launchFailed = Self(.launchFailed)
        /// Another process runs, or is starting, this machine.
        public static let alreadyRunning = Self(.alreadyRunning)
        /// The operation needs a running machine.
        public static let notRunning = Self(.notRunning)
        /// The machine ended while the operation went on.
        public static let ended = Self(.ended)
        /// The machine's process lives, and its monitor does not answer.
        public static let unresponsive = Self(.unresponsive)
        /// There is already a machine or snapshot of this name.
        public static let exists = Self(.exists)
        /// There is no machine or snapshot of this name.
        public static let notFound = Self(.notFound)
        /// Something in the machine keeps it from being saved; the message says what, and the mend.
        public static let snapshotImpossible = Self(.snapshotImpossible)
        /// QEMU could not save, load or delete the snapshot.
        public static let snapshotFailed = Self(.snapshotFailed)
        /// The disk is too full.
        public static let noSpace = Self(.noSpace)
        /// QEMU refused a command, or answered with something that cannot be read.
        public static let monitorFailed = Self(.monitorFailed)
        /// A file of the machine cannot be read or written.
        public static let fileFailed = Self(.fileFailed)
        /// Time ran out.
        public static let timedOut = Self(.timedOut)

        /// The code's name, as in `notRunning`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The machine's name.
    public let machine: String
    /// What happened and what to do.
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

    /// The machine's name and the message, with the cause where the message does not contain it.
    public var description: String {
        let reason = cause.map { "\($0)" } ?? ""
        // Where the message is the cause's own, it is not told twice.
        return "machine \(machine): \(message)" + (reason.isEmpty || message.contains(reason) ? "" : ": \(reason)")
    }
}
