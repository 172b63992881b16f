public import QuiverErrors

/// An error about a template.
public struct TemplateError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notFreezable, freezeFailed, damaged, mismatch, noSpace, forkFailed, notFound
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The machine was not started in a way that allows freezing it.
        public static let notFreezable = Self(.notFreezable)
        /// QEMU could not save the machine's state.
        public static let freezeFailed = Self(.freezeFailed)
        /// A file is missing, truncated or modified.
        public static let damaged = Self(.damaged)
        /// The template was made by another QEMU, or for another machine.
        public static let mismatch = Self(.mismatch)
        /// The disk does not have enough space.
        public static let noSpace = Self(.noSpace)
        /// A fork could not be started from the template.
        public static let forkFailed = Self(.forkFailed)
        /// There is no such template.
        public static let notFound = Self(.notFound)

        /// The code's name, as in `damaged`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// The template's name.
    public let template: String
    /// What is wrong, with a hint.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, template: String, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.template = template
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code.
    public var category: ErrorCategory {
        switch code {
        case .noSpace: .inputOutput
        default: .failed
        }
    }

    /// The template's name, the message and the cause.
    public var description: String {
        "template \(template): \(message)" + (cause.map { ": \($0)" } ?? "")
    }
}
