/// An error of one of Quiver's modules: every error that they define conforms.
///
/// `catch let error as any QuiverError` handles all of them alike: show ``message`` and ``hint``, decide by ``category``.
public protocol QuiverError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in one line.
    var message: String { get }
    /// What to do, as a command that can be pasted or a short sentence; nil if ``message`` says it, or nothing helps.
    var hint: String? { get }
    /// The error behind this one; nil when there is none.
    var cause: (any Error)? { get }
    /// The kind of failure; the exit status of `quiver` follows from it.
    var category: ErrorCategory { get }
}

extension QuiverError {
    /// Nil: the message says what to do.
    public var hint: String? { nil }
}
