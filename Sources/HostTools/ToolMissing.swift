public import QuiverErrors

/// A program that this host lacks.
public struct ToolMissing: QuiverError {
    /// The program's name, or the path at which it should be.
    public let tool: String
    /// How to get it, as in `apt-get install rsync`; nil if the name says enough.
    public let hint: String?

    /// Creates the error; the parameters are its properties.
    public init(_ tool: String, hint: String? = nil) {
        self.tool = tool
        self.hint = hint
    }

    /// What is missing.
    public var message: String { "\(tool) is not installed" }

    /// Nil: there is nothing behind it.
    public var cause: (any Error)? { nil }

    /// Always ``ErrorCategory/unavailable``.
    public var category: ErrorCategory { .unavailable }

    /// What is missing and, where it is known, how to install it.
    public var description: String { message + (hint.map { "; install it with: \($0)" } ?? "") }
}
