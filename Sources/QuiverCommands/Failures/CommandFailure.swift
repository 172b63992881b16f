import GuestAccess
import QuiverErrors

/// An error as the user sees it: one line and an exit status.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    /// One line that names the subject and says what is wrong, with a hint.
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
    /// - Parameter withCauses: Whether to write a line for each cause, too.
    func report(withCauses: Bool) {
        // QEMU's own messages can have several lines. What a guest, a helper or a file says in one is shown with control
        // characters escaped.
        let lines = message.split(whereSeparator: \.isNewline).map { GuestText.shown(String($0)) }
        StandardError.write("quiver: \(lines.joined(separator: " "))")
        guard withCauses else { return }
        var cause = cause
        while let current = cause {
            StandardError.write("  because: \(GuestText.shown("\(current)"))")
            cause = (current as? any QuiverError)?.cause
        }
    }
}

/// An exit status that is passed on without a message: pytest's, that of a command in a guest, or that of an error that
/// was already reported.
struct PassedOnStatus: Error {
    let code: Int32
}
