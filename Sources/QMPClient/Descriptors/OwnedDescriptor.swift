import LibC
import QMPCore
public import SystemPackage

/// A file descriptor with one owner, closed when the owner is destroyed.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The descriptor; not to be closed, nor used after its owner.
    public let fileDescriptor: FileDescriptor

    /// Takes over an open descriptor.
    public init(adopting descriptor: FileDescriptor) {
        fileDescriptor = descriptor
    }

    /// Opens a file.
    /// - Throws: `Errno`, from open(2).
    public static func open(_ path: FilePath, _ mode: FileDescriptor.AccessMode) throws -> OwnedDescriptor {
        OwnedDescriptor(adopting: try FileDescriptor.open(path, mode, options: .closeOnExec))
    }

    deinit { try? fileDescriptor.close() }

    /// Releases the descriptor without closing it.
    public consuming func release() -> FileDescriptor {
        let descriptor = fileDescriptor
        discard self
        return descriptor
    }
}

/// The copy of a descriptor that waits to be sent.
///
/// Our own copy, because a cancelled caller may close its descriptor while the message still waits to be sent; another
/// file may have the number by then.
final class PassedDescriptor: QMPPassenger {
    let rawValue: Int32

    init(copying descriptor: FileDescriptor) throws(Errno) {
        // Not dup(2): a program that is started at this moment would inherit the copy.
        rawValue = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 0)
        guard rawValue >= 0 else { throw Errno(rawValue: errno) }
    }

    deinit { try? FileDescriptor(rawValue: rawValue).close() }
}
