import Synchronization

/// Gathers a command's output as text until somebody takes it.
final class TextCollector: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func append(_ more: [UInt8]) {
        bytes.withLock { $0 += more }
    }

    /// All that has come since the last call; bytes that are no UTF-8 are replaced.
    func take() -> String {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
