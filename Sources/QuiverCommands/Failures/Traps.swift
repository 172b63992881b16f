import HostSupport
import LibC

/// What happens when the program ends by a trap, which would be a fault of its own.
public enum Traps {
    /// Makes a trap end the process at once, as without Swift's own handlers.
    ///
    /// These keep the process until a backtrace is written, half a second on a fast host and a minute on a slow one, and
    /// its machines with it. Whoever wants a backtrace sets `SWIFT_BACKTRACE=enable=yes`.
    public static func endAtOnce() {
        guard HostEnvironment["SWIFT_BACKTRACE"] == nil else { return }
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { signal(number, SIG_DFL) }
    }
}
