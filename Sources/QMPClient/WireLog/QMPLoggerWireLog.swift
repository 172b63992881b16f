public import Logging

/// Writes every message to a logger, at trace level.
public struct QMPLoggerWireLog: QMPWireLog {
    private let logger: Logger
    private let start: ContinuousClock.Instant

    /// Creates a log; the times in it count from here.
    public init(_ logger: Logger) {
        self.logger = logger
        start = .now
    }

    /// Writes one message, with its direction and time as metadata.
    public func record(_ direction: QMPDirection, _ message: [UInt8], at instant: ContinuousClock.Instant) {
        logger.trace(
            "QMP message",
            metadata: [
                "qmp.direction": "\(direction.rawValue)",
                "qmp.at": "\(start.duration(to: instant))",
                "qmp.message": "\(String(decoding: message, as: UTF8.self))",
            ],
        )
    }
}
