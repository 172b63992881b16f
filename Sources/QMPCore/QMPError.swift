public import QuiverErrors

/// An error of a QMP command or connection.
public struct QMPError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case commandFailed, connectFailed, connectionClosed, outcomeUnknown, timedOut, cancelled
            case protocolViolation, undecodableReply, unsupported, invalidArguments, jobFailed
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// QEMU answered with an error; ``QMPError/errorClass`` and ``QMPError/message`` are QEMU's.
        public static let commandFailed = Self(.commandFailed)
        /// The socket could not be reached or the greeting did not come.
        public static let connectFailed = Self(.connectFailed)
        /// The connection had ended before the command was sent: it did not run.
        public static let connectionClosed = Self(.connectionClosed)
        /// The connection ended after the command was sent: whether it ran is not known.
        public static let outcomeUnknown = Self(.outcomeUnknown)
        /// No reply within the command's deadline; the command may still run.
        public static let timedOut = Self(.timedOut)
        /// The calling task was cancelled; the command may still run.
        public static let cancelled = Self(.cancelled)
        /// The peer broke the protocol.
        public static let protocolViolation = Self(.protocolViolation)
        /// The reply does not match the command's return type.
        public static let undecodableReply = Self(.undecodableReply)
        /// The running QEMU does not have the command, member or value.
        public static let unsupported = Self(.unsupported)
        /// A job, a migration or a removal that had started ended with an error; the message is QEMU's own.
        public static let jobFailed = Self(.jobFailed)
        /// The arguments cannot be sent as they are.
        public static let invalidArguments = Self(.invalidArguments)

        /// The code's name, as in `timedOut`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The command that failed, by its name on the wire; nil for an error of the connection.
    public let command: String?
    /// QEMU's error class, as in `CommandNotFound` or `GenericError`; nil if QEMU did not answer.
    public let errorClass: String?
    /// What is wrong; with code `commandFailed` or `jobFailed` it is QEMU's own text.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(
        _ code: Code,
        command: String? = nil,
        errorClass: String? = nil,
        _ message: String,
        cause: (any Error)? = nil,
    ) {
        self.code = code
        self.command = command
        self.errorClass = errorClass
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code; a connection that failed by a timeout counts as one.
    public var category: ErrorCategory {
        switch code {
        case .timedOut: .temporary
        case .connectFailed where (cause as? any QuiverError)?.category == .temporary: .temporary
        case .invalidArguments: .usage
        case .unsupported: .unavailable
        default: .failed
        }
    }

    /// Command, message, QEMU's error class and code, as far as there are such.
    public var description: String {
        let subject = command.map { "\($0): " } ?? ""
        let detail = errorClass.map { "\($0), \(code)" } ?? "\(code)"
        return "\(subject)\(message) (\(detail))"
    }
}
