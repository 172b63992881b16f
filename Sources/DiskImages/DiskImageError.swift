public import QuiverErrors

/// An error about a disk image or an overlay.
public struct DiskImageError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case badImage, badSize, unreadable, inUse, unsupported, toolFailed, cannotWrite
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The file is not a valid disk image.
        public static let badImage = Self(.badImage)
        /// The size is not valid, or not for this disk.
        public static let badSize = Self(.badSize)
        /// The file does not exist or cannot be read.
        public static let unreadable = Self(.unreadable)
        /// A running machine has the file open, or another program was changing it.
        public static let inUse = Self(.inUse)
        /// This host or this image does not support the operation.
        public static let unsupported = Self(.unsupported)
        /// A program that Quiver runs failed.
        public static let toolFailed = Self(.toolFailed)
        /// The output cannot be written.
        public static let cannotWrite = Self(.cannotWrite)

        /// The code's name, as in `badImage`.
        public var description: String { kind.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong and what to do, in one line that names the object.
    public let message: String
    /// The error behind this one; nil when there is none.
    public let cause: (any Error)?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The kind of failure by the code, or by the cause of an output that cannot be written.
    public var category: ErrorCategory {
        switch code {
        case .badSize: .usage
        case .unsupported: .unavailable
        case .unreadable: .inputOutput
        case .cannotWrite: (cause as? any QuiverError)?.category ?? .cannotCreate
        default: .failed
        }
    }

    /// The ``message``, without code and cause.
    public var description: String { message }
}
