import DiskImages
public import QuiverErrors

/// An error about the image store, a download or a build.
public struct CloudImagesError: QuiverError {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case badReference, unknownImage, unsupported, toolFailed, badImage, unreadable, inUse, badCatalog,
                badDigest, badSignature, downloadFailed, cannotWrite
        }
        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The text is not an image reference.
        public static let badReference = Self(.badReference)
        /// There is no image with that name in the store.
        public static let unknownImage = Self(.unknownImage)
        /// This host or this image does not support the operation.
        public static let unsupported = Self(.unsupported)
        /// A program that builds images failed.
        public static let toolFailed = Self(.toolFailed)
        /// The file is not a valid disk image.
        public static let badImage = Self(.badImage)
        /// The file does not exist or cannot be read.
        public static let unreadable = Self(.unreadable)
        /// A running machine has the file open, or another program was changing it.
        public static let inUse = Self(.inUse)
        /// The catalog of images is not valid.
        public static let badCatalog = Self(.badCatalog)
        /// A file does not match its digest.
        public static let badDigest = Self(.badDigest)
        /// A list of digests was not signed by its vendor.
        public static let badSignature = Self(.badSignature)
        /// A server cannot be reached, or does not have the file.
        public static let downloadFailed = Self(.downloadFailed)
        /// The output cannot be written.
        public static let cannotWrite = Self(.cannotWrite)

        /// The code's name, as in `badReference`.
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

    /// The error for a file that cannot be an image of the store.
    ///
    /// - Parameter subject: What the file is, as far as its own path does not say it.
    init(_ error: DiskImageError, subject: String? = nil) {
        self.init(
            error.code == .unreadable ? .unreadable : .badImage,
            (subject.map { "\($0): " } ?? "") + error.message,
            cause: error,
        )
    }

    /// The kind of failure by the code, or by the cause of an output that cannot be written.
    public var category: ErrorCategory {
        switch code {
        case .badReference, .badCatalog: .usage
        case .unsupported: .unavailable
        case .unreadable: .inputOutput
        case .downloadFailed: .temporary
        case .cannotWrite: (cause as? any QuiverError)?.category ?? .cannotCreate
        default: .failed
        }
    }

    /// The ``message``, without code and cause.
    public var description: String { message }
}
