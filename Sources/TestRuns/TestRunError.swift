public import QuiverErrors

/// An error that prevents a test run.
///
/// Failing tests are a result, not an error.
public struct TestRunError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case badConfiguration, noProject, noImage, bakeFailed, machineLost, syncFailed, noPytest
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// `pyproject.toml` is not valid.
        public static let badConfiguration = Self(.badConfiguration)
        /// The directory does not exist or has nothing to test.
        public static let noProject = Self(.noProject)
        /// No image was given, or it is not in the image store.
        public static let noImage = Self(.noImage)
        /// The image could not be provisioned: cloud-init or a setup command failed.
        public static let bakeFailed = Self(.bakeFailed)
        /// The machine ended during the run.
        public static let machineLost = Self(.machineLost)
        /// The project could not be copied into the guest, or its artifacts back.
        public static let syncFailed = Self(.syncFailed)
        /// The guest has no pytest and none could be installed.
        public static let noPytest = Self(.noPytest)

        /// The code's name, as in `bakeFailed`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code.
    public var category: ErrorCategory {
        switch code {
        case .badConfiguration: .usage
        default: .failed
        }
    }

    /// The ``message``, without code and cause.
    public var description: String { message }
}
