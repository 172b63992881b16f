import HostSupport
import Logging

/// Keeps what is logged.
final class LogLines: LogHandler {
    private let kept = Locked<[Logger.Metadata]>([])

    /// The metadata of every message so far.
    var lines: [Logger.Metadata] { kept.withLock { $0 } }

    func log(event: LogEvent) {
        let metadata = event.metadata ?? [:]
        kept.withLock { $0.append(metadata) }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }
}
