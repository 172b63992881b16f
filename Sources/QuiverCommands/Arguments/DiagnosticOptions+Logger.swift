import Logging

extension DiagnosticOptions {
    /// The logger for a command: everything with `--verbose`, otherwise warnings and errors.
    var logger: Logger {
        var logger = Logger(label: "quiver", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = verbose ? .debug : .warning
        return logger
    }
}
