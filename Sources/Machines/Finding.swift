/// One thing that an examination of the host or of its machines found.
public struct Finding: Hashable, Codable, Sendable {
    /// How serious it is.
    public enum Severity: String, Codable, Sendable {
        /// It works.
        case fine
        /// Something does not work here, or should be checked.
        case warning
        /// Something is broken.
        case problem
    }

    /// How bad it is.
    public let severity: Severity
    /// What it is about, as in `qemu-system-x86_64` or `machine vm1`.
    public let subject: String
    /// What was found, in one line.
    public let message: String
    /// What to do about it; nil if nothing needs to be done.
    public let hint: String?
    /// Whether ``Examination/fix()`` fixes it.
    public let isFixable: Bool

    /// Creates a finding; the parameters are its properties.
    public init(
        _ severity: Severity,
        _ subject: String,
        _ message: String,
        hint: String? = nil,
        isFixable: Bool = false,
    ) {
        self.severity = severity
        self.subject = subject
        self.message = message
        self.hint = hint
        self.isFixable = isFixable
    }
}
