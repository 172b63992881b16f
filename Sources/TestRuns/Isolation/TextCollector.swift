import Synchronization

/// Collects a command's output as text until it is taken.
final class TextCollector: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) {
        bytes.withLock { $0 += more }
    }

    /// Everything since the last call; invalid UTF-8 is replaced.
    func take() -> String {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
