import Logging

extension DiagnosticOptions {
    /// The logger that a command passes on: everything when `--verbose` was given, otherwise warnings and errors.
    var logger: Logger {
        var logger = Logger(label: "quiver", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = verbose ? .debug : .warning
        return logger
    }
}
