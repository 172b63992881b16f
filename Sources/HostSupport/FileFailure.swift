public import SystemPackage

/// A file or directory that could not be read, written, created or locked.
public struct FileFailure: Error, Sendable, CustomStringConvertible {
    /// What was attempted, as in `create` or `lock`.
    ///
    /// `read` is also a code: the command line derives its exit status from it.
    public let action: String
    public let path: FilePath
    /// The system's reason.
    public let reason: Errno

    public init(_ action: String, _ path: FilePath, _ reason: Errno) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    public var description: String {
        "\(path): cannot \(action): \(reason)\(hint)"
    }

    private var hint: String {
        switch reason {
        case .noSpace: "; free some space on its disk"
        case .noSuchFileOrDirectory where ["write", "create"].contains(action): "; create its directory first"
        default: ""
        }
    }
}
