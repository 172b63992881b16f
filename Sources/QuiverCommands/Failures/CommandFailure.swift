/// A failure as the user sees it: one line and an exit status.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    /// One line that names the object, says what happened and what to do.
    let message: String
    let cause: (any Error)?

    init(_ status: ExitStatus, _ message: String, cause: (any Error)? = nil) {
        self.status = status
        self.message = message
        self.cause = cause
    }

    var description: String { message }

    /// Writes the line to standard error.
    ///
    /// - Parameter withCauses: Whether a line for each cause follows.
    func report(withCauses: Bool) {
        // QEMU's own words can be several lines.
        let lines = message.split(whereSeparator: \.isNewline)
        StandardError.write("quiver: \(lines.joined(separator: " "))")
        guard withCauses else { return }
        var cause = cause
        while let current = cause {
            StandardError.write("  because: \(current)")
            cause = (current as? CommandFailure)?.cause
        }
    }
}

/// An exit status that is passed on without another word: pytest's, that of a command in a guest, or that of a failure
/// which has been reported.
struct PassedOnStatus: Error {
    let code: Int32
}
