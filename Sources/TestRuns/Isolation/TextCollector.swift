import Synchronization

/// Collects a command's output as text until it is taken.
final class TextCollector: Sendable {
    private struct Kept {
        var bytes: [UInt8] = []
        /// How many bytes were left out.
        var missing = 0
    }

    private let kept = Mutex(Kept())
    /// The most bytes that are kept from one call to the next.
    private let limit: Int

    init(limit: Int = 16 << 20) {
        self.limit = limit
    }

    func append(_ more: [UInt8]) {
        kept.withLock { kept in
            let part = more.prefix(limit - kept.bytes.count)
            kept.bytes += part
            kept.missing += more.count - part.count
        }
    }

    /// Everything since the last call, up to the limit; invalid UTF-8 is replaced.
    func take() -> String {
        let taken = kept.withLock { kept in
            defer { kept = Kept() }
            return kept
        }
        let text = String(decoding: taken.bytes, as: UTF8.self)
        return taken.missing == 0 ? text : text + "\n... and \(taken.missing) bytes more\n"
    }
}
