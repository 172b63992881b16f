public import SystemPackage

/// A file or directory that could not be read, written, created or locked.
public struct FileFailure: Error, Sendable, CustomStringConvertible {
    /// What was attempted, as in `create` or `lock`.
    ///
    /// `read` is also a code: the command line derives its exit status from it.
    public let action: String
    /// The file or directory.
    public let path: FilePath
    /// The system's reason.
    public let reason: Errno

    /// Creates a failure; the parameters are its properties.
    public init(_ action: String, _ path: FilePath, _ reason: Errno) {
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// Path, action and reason, as in `/a/b: cannot write: …`, with advice where there is some.
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
