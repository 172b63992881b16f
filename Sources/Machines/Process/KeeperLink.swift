import CPlatform
import HostSupport
import Synchronization
import SystemPackage

/// This process's end of the socket to a keeper.
///
/// Requests may arrive after it was closed, when its number may belong to another file: they are dropped.
final class KeeperLink: Sendable {
    let descriptor: FileDescriptor
    private let isOpen = Mutex(true)

    init(adopting descriptor: FileDescriptor) { self.descriptor = descriptor }

    func send(_ request: Int) {
        isOpen.withLock { isOpen in
            // If the keeper is gone, there is nothing left to do.
            if isOpen { try? descriptor.sendAll([UInt8(request)]) }
        }
    }

    /// The next message; nil when the keeper is gone.
    func nextMessage() -> cplatform_keeper_message? {
        var message = cplatform_keeper_message()
        let count = withUnsafeMutableBytes(of: &message) { bytes in
            try? descriptor.read(into: bytes)
        }
        return count == MemoryLayout<cplatform_keeper_message>.size ? message : nil
    }

    func close() {
        isOpen.withLock { isOpen in
            if isOpen { try? descriptor.close() }
            isOpen = false
        }
    }
}
