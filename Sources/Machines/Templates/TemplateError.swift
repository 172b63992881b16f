/// Why a template could not be made, found or used.
public struct TemplateError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case notFreezable, freezeFailed, damaged, mismatch, noSpace, forkFailed, notFound
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The machine was not started in a way that lets it become a template.
        public static let notFreezable = Self(.notFreezable)
        /// QEMU could not save the machine's state.
        public static let freezeFailed = Self(.freezeFailed)
        /// A file is missing, truncated or altered.
        public static let damaged = Self(.damaged)
        /// The template was made by another QEMU, or for another machine, than the one asked for.
        public static let mismatch = Self(.mismatch)
        /// The disk is too full.
        public static let noSpace = Self(.noSpace)
        /// A machine could not go on from the template.
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
    /// What happened and what to do.
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

    /// The template's name, the message and the cause.
    public var description: String {
        "template \(template): \(message)" + (cause.map { ": \($0)" } ?? "")
    }
}
