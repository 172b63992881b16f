internal import CPlatform
import LibC
package import SystemPackage

extension FileDescriptor {
    /// Waits until at least one of the descriptors can be read or has ended; they may be terminals.
    ///
    /// - Parameter limit: How long to wait, in whole milliseconds; nil waits without limit.
    /// - Returns: Those that can be read; none if the time limit expired or a signal arrived.
    /// - Throws: `Errno`, `badFileDescriptor` if one of them is not open.
    package static func readable(
        among descriptors: [FileDescriptor],
        within limit: Duration? = nil,
    ) throws(Errno) -> Set<FileDescriptor> {
        var sources = descriptors.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
        let timeout = limit.map { Int32(max(0, min($0 / .milliseconds(1), 86_400_000))) } ?? -1
        guard cplatform_poll(&sources, nfds_t(sources.count), timeout) >= 0 else {
            let reason = Errno(rawValue: errno)
            if reason == .interrupted { return [] }
            throw reason
        }
        return Set(zip(descriptors, sources).filter { $1.revents != 0 }.map { $0.0 })
    }
}
