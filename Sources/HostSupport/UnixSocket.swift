internal import CPlatform
import LibC
package import SystemPackage

/// Connections to listening unix sockets: closed in child processes, and without SIGPIPE.
package enum UnixSocket {
    /// Tries to connect, without waiting.
    package static func connectOnce(_ path: FilePath) -> Result<FileDescriptor, Errno> {
        let descriptor = path.withPlatformString { cplatform_connect_unix($0) }
        return descriptor >= 0 ? .success(FileDescriptor(rawValue: descriptor)) : .failure(Errno(rawValue: errno))
    }

    /// Connects at once, or fails.
    ///
    /// - Throws: `Errno`, `fileNameTooLong` for a path that is too long for a socket.
    package static func connect(to path: FilePath) throws(Errno) -> FileDescriptor {
        try connectOnce(path).get()
    }

    /// Connects, retrying while the listener's queue is full or it does not accept yet.
    ///
    /// A listener refuses while an abandoned connection fills its backlog of one, and a socket file exists before its
    /// QEMU listens. A socket whose QEMU is gone refuses forever, so refusals are only retried for a short while.
    package static func connect(_ path: FilePath, deadline: ContinuousClock.Instant) async throws(Errno)
        -> FileDescriptor
    {
        let refusedUntil = ContinuousClock.now + .milliseconds(300)
        while true {
            switch connectOnce(path) {
            case .success(let descriptor): return descriptor
            case .failure(let error):
                let isBusy = error == .resourceTemporarilyUnavailable || error == .nowInProgress
                let isYoung = error == .connectionRefused && ContinuousClock.now < refusedUntil
                guard isBusy || isYoung, ContinuousClock.now < deadline else { throw error }
            }
            do { try await Task.sleep(for: .milliseconds(5)) } catch { throw Errno.canceled }
        }
    }
}
