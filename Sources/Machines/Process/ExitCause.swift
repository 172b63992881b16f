import HostSupport
import SystemPackage
import WireJSON

/// Why a machine ended, from everything that is known: QEMU's last event, its exit status and its last lines.
public struct ExitCause: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The kinds of causes.
    public enum Kind: String, Codable, Sendable {
        /// The guest shut down.
        case guestShutdown
        /// The guest was reset, and resets end the machine.
        case guestReset
        /// The guest's kernel panicked.
        case guestPanic
        /// The guest did not feed its watchdog, which powered it off.
        case watchdog
        /// Quiver, or a user of the monitor, told QEMU to quit.
        case quit
        /// QEMU was terminated by a signal.
        case terminated
        /// QEMU was killed by a user, or by the system when it ran out of memory.
        case killed
        /// QEMU crashed.
        case crashed
        /// QEMU exited with an error message.
        case failed
        /// Not known: the host went down, or the supervising process was killed too.
        case unknown
    }

    /// How the machine ended, for programs; ``description`` says it to people.
    public let kind: Kind
    /// How QEMU's process ended; nil if not known.
    public let process: ProcessEnd?
    /// QEMU's own reason from its SHUTDOWN event, as in `guest-shutdown`; nil if it gave none.
    public let reason: String?
    /// The last lines that QEMU wrote; empty if it wrote none.
    public let lastWords: String

    /// Whether the machine ended as intended.
    public var isOrderly: Bool {
        switch kind {
        case .guestShutdown, .guestReset, .quit, .terminated: true
        case .guestPanic, .watchdog, .killed, .crashed, .failed, .unknown: false
        }
    }

    /// The cause as the end of a sentence; where QEMU failed, with its exit status and last words.
    public var description: String {
        let words = lastWords.isEmpty ? "" : ": \(lastWords)"
        let ending = process.map { " (\($0))" } ?? ""
        return switch kind {
        case .guestShutdown: "the guest shut down"
        case .guestReset: "the guest was reset"
        case .guestPanic: "the guest's kernel panicked"
        case .watchdog: "the guest's watchdog expired and powered it off"
        case .quit: "QEMU was told to quit"
        case .terminated: "QEMU was terminated by a signal"
        case .killed: "QEMU was killed\(ending)\(words)"
        case .crashed: "QEMU crashed\(ending)\(words)"
        case .failed: "QEMU failed\(ending)\(words)"
        case .unknown: "unknown: its supervisor was killed, or the host went down"
        }
    }
}

extension ExitCause {
    /// Combines what is known.
    init(process: ProcessEnd?, events: [RecordedEvent], lastWords: String) {
        // With -no-shutdown, QEMU reports the guest's shutdown, and another one when it is told to quit afterwards: the
        // first says why. A RESUME after it means that the guest was reset and ran again.
        let run = events.lastIndex { $0.name == "RESUME" }.map { events[$0...] } ?? events[...]
        let shutdown = run.first { $0.name == "SHUTDOWN" }
        var reason: String?
        if case .string(let text)? = shutdown?.data["reason"] { reason = text }
        let hasPanicked =
            reason == "guest-panic" || (shutdown == nil && events.contains { $0.name == "GUEST_PANICKED" })
        // QEMU then exits immediately, without a SHUTDOWN event.
        let watchdog = events.last { $0.name == "WATCHDOG" }
        let isSwitchedOff = shutdown == nil && watchdog?.data["action"] == "poweroff"
        self.process = process
        self.reason = reason
        self.lastWords = lastWords
        kind =
            switch (process, reason) {
            case (.killed(9), _): .killed
            case (.killed(let signal), _): signal == 15 ? .terminated : .crashed
            case (.exited, _) where hasPanicked: .guestPanic
            case (.exited(0), _) where isSwitchedOff: .watchdog
            case (.exited(0), "guest-shutdown"): .guestShutdown
            case (.exited(0), "guest-reset"): .guestReset
            case (.exited(0), "host-signal"): .terminated
            case (.exited(0), _): .quit
            case (.exited, _): .failed
            case (nil, _): .unknown
            }
    }

    /// Why the last run of the machine in this directory ended.
    init(recordedIn directory: MachineDirectory) {
        self.init(
            process: ProcessEnd(recordedAt: directory.exitFile),
            events: RecordedEvent.read(directory.eventsFile),
            lastWords: LastWords(ofLogAt: directory.logFile).text,
        )
    }
}
