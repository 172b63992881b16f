public import QuiverErrors

/// An error about a guest that could not be reached, or did not do what was requested.
public struct GuestAccessError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case toolMissing, unreachable, permissionDenied, hostKeyMismatch, connectionLost
            case copyFailed, keyFailed, helperClosed, helperRefused, protocolViolation, timedOut
            case notReady, commandFailed
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// A program on this host, such as ssh or rsync, is not installed.
        public static let toolMissing = Self(.toolMissing)
        /// Nothing answers where the guest's ssh server should be; trying again may help while it boots.
        public static let unreachable = Self(.unreachable)
        /// The guest does not accept the user or the key.
        public static let permissionDenied = Self(.permissionDenied)
        /// The ssh server does not have the host key that was given to the guest.
        public static let hostKeyMismatch = Self(.hostKeyMismatch)
        /// The connection was lost; whether a command finished is not known.
        public static let connectionLost = Self(.connectionLost)
        /// Files could not be copied.
        public static let copyFailed = Self(.copyFailed)
        /// A key pair could not be made or read.
        public static let keyFailed = Self(.keyFailed)
        /// The helper's channel is closed.
        public static let helperClosed = Self(.helperClosed)
        /// The helper in the guest refused the request.
        public static let helperRefused = Self(.helperRefused)
        /// The guest broke a channel's protocol.
        public static let protocolViolation = Self(.protocolViolation)
        /// The guest did not become ready: cloud-init failed.
        public static let notReady = Self(.notReady)
        /// A command in the guest ended with another exit status than 0.
        public static let commandFailed = Self(.commandFailed)
        /// No answer within the deadline.
        public static let timedOut = Self(.timedOut)

        /// The code's name, as in `unreachable`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The guest's name.
    public let guest: String
    /// What is wrong, with a hint.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, guest: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.guest = guest
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code.
    public var category: ErrorCategory {
        switch code {
        case .toolMissing: .unavailable
        case .timedOut: .temporary
        default: .failed
        }
    }

    /// The guest's name and the message, without code and cause.
    public var description: String { "\(guest): \(message)" }
}
