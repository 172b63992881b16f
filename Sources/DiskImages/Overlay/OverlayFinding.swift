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

        /// Orders by severity: note, warning, error.
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
        /// Something about a base image.
        ///
        /// It is missing, has moved, was changed after the overlay was made, is being written to, is larger than the
        /// overlay, or is not a file of this host.
        case baseMissing, baseMoved, baseEdited, baseWritten, baseLarger, baseRemote
        /// The chain leads back to itself, or is longer than ``DiskChain/longest``.
        case chainCycle, chainTooLong
        /// The external data file of a qcow2 image cannot be read.
        case dataFileMissing
        /// The overlay does not record its base's format, so the base's content decides.
        case formatNotRecorded
        /// Something about one image of the chain.
        ///
        /// QEMU marked it corrupt, it was not closed, it has no boot sector, it is in use, or it cannot be read.
        case imageCorrupt, imageDirty, imageDoubtful, imageInUse, imageUnusable
    }

    /// A base that was moved, verified by its length and modification time.
    public struct MovedBase: Sendable, Hashable {
        /// The overlay that still records the old path.
        public let overlay: FilePath
        /// The path of the base now.
        public let base: FilePath
    }

    /// How bad it is.
    public let severity: Severity
    /// What was found, for programs; ``message`` says it to people.
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
