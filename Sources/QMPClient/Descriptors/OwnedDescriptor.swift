import LibC
import QMPCore
public import SystemPackage

/// A file descriptor with one owner, closed when the owner lets go of it.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The descriptor; not to be closed, nor used after its owner.
    public let fileDescriptor: FileDescriptor

    /// Takes over an open descriptor.
    public init(adopting descriptor: FileDescriptor) {
        fileDescriptor = descriptor
    }

    /// Opens a file.
    /// - Throws: `Errno`, as open(2) gives it.
    public static func open(_ path: FilePath, _ mode: FileDescriptor.AccessMode) throws -> OwnedDescriptor {
        OwnedDescriptor(adopting: try FileDescriptor.open(path, mode, options: .closeOnExec))
    }

    deinit { try? fileDescriptor.close() }

    /// Gives the descriptor up without closing it.
    public consuming func release() -> FileDescriptor {
        let descriptor = fileDescriptor
        discard self
        return descriptor
    }
}

/// The copy of a descriptor that waits to be sent.
///
/// A copy of our own, because a caller that is cancelled may close its descriptor while the message still waits for
/// the socket to take it; another file may have the number by then.
final class PassedDescriptor: QMPPassenger {
    let rawValue: Int32

    init(copying descriptor: FileDescriptor) throws(Errno) {
        // Not dup(2): a program that is started at this moment would inherit the copy.
        rawValue = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
        guard rawValue >= 0 else { throw Errno(rawValue: errno) }
    }

    deinit { try? FileDescriptor(rawValue: rawValue).close() }
}
