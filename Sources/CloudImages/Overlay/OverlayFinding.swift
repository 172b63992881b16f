public import SystemPackage

/// One thing that a check of an overlay found.
public struct OverlayFinding: Sendable, Hashable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable, Comparable {
        /// Nothing to mend.
        case note
        /// It works, but it may not do what its owner thinks.
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

    /// A base that is in another place now, proven by its length and time of writing to be the one recorded.
    public struct MovedBase: Sendable, Hashable {
        public let overlay: FilePath
        public let base: FilePath
    }

    public let severity: Severity
    public let kind: Kind
    /// The image that the finding is about.
    public let file: FilePath
    /// What is the matter, in one line that names the file.
    public let message: String
    /// What to do about it; nil when nothing needs doing.
    public let hint: String?
    /// Where a base has moved to; nil when nothing proves it, and for other findings.
    public var movedBase: MovedBase?
}
