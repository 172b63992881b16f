public import SystemPackage

/// One thing that a check of an overlay found.
public struct OverlayFinding: Sendable, Hashable {
    /// How serious it is.
    public enum Severity: String, Sendable, Hashable, Comparable {
        /// Nothing to fix.
        case note
        /// It works, but may not do what its owner expects.
        case warning
        /// The disk cannot be used, or its content cannot be trusted.
        case error

        public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What was found.
    public enum Kind: String, Sendable, Hashable {
        case baseMissing, baseMoved, baseEdited, baseWritten, baseLarger, baseRemote
        case chainCycle, chainTooLong
        case dataFileMissing
        case formatNotRecorded
        case imageCorrupt, imageDirty, imageDoubtful, imageInUse, imageUnusable
    }

    /// A base that was moved, verified by its length and modification time.
    public struct MovedBase: Sendable, Hashable {
        public let overlay: FilePath
        public let base: FilePath
    }

    public let severity: Severity
    public let kind: Kind
    /// The image that the finding is about.
    public let file: FilePath
    /// What is wrong, in one line that names the file.
    public let message: String
    /// What to do about it; nil if nothing needs to be done.
    public let hint: String?
    /// Where a base has moved to; nil if it is not verified, and for other findings.
    public var movedBase: MovedBase?
}
