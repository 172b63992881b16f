public import QuiverErrors
public import SystemPackage

/// A file or directory that could not be read, written, created or locked.
public struct FileFailure: QuiverError {
    /// The kind of error.
    public enum Code: Sendable, Hashable {
        /// It cannot be read.
        case unreadable
        /// It cannot be created, written, moved, locked or removed.
        case unwritable
    }

    /// The kind of failure.
    public let code: Code
    /// What was attempted, as in `create` or `lock`, to complete "cannot …".
    public let action: String
    /// The file or directory.
    public let path: FilePath
    /// The system's reason.
    public let reason: Errno

    /// Creates a failure; the parameters are its properties.
    public init(_ action: String, _ path: FilePath, _ reason: Errno, code: Code = .unwritable) {
        self.code = code
        self.action = action
        self.path = path
        self.reason = reason
    }

    /// The failure to read a file.
    public static func reading(_ path: FilePath, _ reason: Errno) -> Self {
        Self("read", path, reason, code: .unreadable)
    }

    /// Path, action and reason, as in `/a/b: cannot write: …`.
    public var message: String { "\(path): cannot \(action): \(reason)" }

    /// What helps against a full disk and a missing directory.
    public var hint: String? {
        switch reason {
        case .noSpace: "free some space on its disk"
        case .noSuchFileOrDirectory where ["write", "create"].contains(action): "create its directory first"
        default: nil
        }
    }

    /// Nil: the system's reason is ``reason``.
    public var cause: (any Error)? { nil }

    /// The kind of failure by the code and the system's reason.
    public var category: ErrorCategory {
        guard code == .unwritable else { return .inputOutput }
        switch reason {
        case .noSuchFileOrDirectory, .permissionDenied, .readOnlyFileSystem, .notDirectory, .fileExists:
            return .cannotCreate
        default: return .inputOutput
        }
    }

    /// The message, with the hint.
    public var description: String { message + (hint.map { "; \($0)" } ?? "") }
}
