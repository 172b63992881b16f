/// What happens to a machine whose guest does not feed its watchdog in time, by QEMU's name for it.
public enum WatchdogAction: String, Codable, Sendable, CaseIterable {
    /// The guest is reset, as by its reset button.
    case reset
    /// The machine ends at once; ``ExitCause`` says that the watchdog did it.
    case powerOff = "poweroff"
    /// The guest is asked to shut down, as by its power button.
    case shutdown
    /// The guest is paused, so that it can be inspected; ``RunState/watchdog``.
    case pause
}
