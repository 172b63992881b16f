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
}

/// Another program's exit status, passed on without a word of our own: pytest's, or that of a command in a guest.
struct PassedOnStatus: Error {
    let code: Int32
}
