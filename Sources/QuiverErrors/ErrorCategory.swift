/// What kind of failure an error is, for callers that decide whether to try again or whom to blame.
///
/// The cases are those of BSD's `sysexits.h` that Quiver uses.
public enum ErrorCategory: Sendable, Hashable {
    /// The operation failed; trying again does not help.
    case failed
    /// The input is not valid: an argument, a name, a configuration.
    case usage
    /// This host lacks something: a program, an accelerator, a feature of its QEMU.
    case unavailable
    /// A file could not be created.
    case cannotCreate
    /// Reading or writing failed, also because a disk is full.
    case inputOutput
    /// A timeout expired, or a server did not answer: trying again may help.
    case temporary
}
