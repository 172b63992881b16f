import HostSupport
import SystemPackage
import WireJSON

/// Why a machine ended, from all that is known: its own last event, its process's status and its last words.
public struct ExitCause: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The kinds of ends.
    public enum Kind: String, Codable, Sendable {
        /// The guest shut itself down.
        case guestShutdown
        /// The guest reset itself where resets end the machine.
        case guestReset
        /// The guest's kernel gave up.
        case guestPanic
        /// The guest did not feed its watchdog, which switched it off.
        case watchdog
        /// Quiver, or a person at the monitor, told QEMU to quit.
        case quit
        /// A signal asked QEMU to end.
        case terminated
        /// Somebody, or the system for want of memory, killed QEMU.
        case killed
        /// QEMU broke.
        case crashed
        /// QEMU gave up, with a message.
        case failed
        /// Nothing tells: the host went down, or the process that watched was killed too.
        case unknown
    }

    /// How the machine ended, for programs; ``description`` says it to people.
    public let kind: Kind
    /// How QEMU's process ended; nil when nothing tells.
    public let process: ProcessEnd?
    /// QEMU's own reason from its SHUTDOWN event, as in `guest-shutdown`; nil when it gave none.
    public let reason: String?
    /// The last lines that QEMU wrote; empty when it wrote none.
    public let lastWords: String

    /// Whether the machine ended as somebody meant it to.
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
    /// Joins what is known of an end.
    init(process: ProcessEnd?, events: [RecordedEvent], lastWords: String) {
        // With -no-shutdown QEMU reports the guest's shutdown, and one more when it is told to quit afterwards: the first
        // says why. A RESUME after it means that the guest was reset and ran again.
        let run = events.lastIndex { $0.name == "RESUME" }.map { events[$0...] } ?? events[...]
        let shutdown = run.first { $0.name == "SHUTDOWN" }
        var reason: String?
        if case .string(let text)? = shutdown?.data["reason"] { reason = text }
        let hasPanicked =
            reason == "guest-panic" || (shutdown == nil && events.contains { $0.name == "GUEST_PANICKED" })
        // QEMU exits on the spot then, and tells of no shutdown.
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

    /// The cause of the last end of the machine in this folder.
    init(recordedIn folder: MachineFolder) {
        self.init(
            process: ProcessEnd(recordedAt: folder.exitFile),
            events: RecordedEvent.read(folder.eventsFile),
            lastWords: LastWords(ofLogAt: folder.logFile).text,
        )
    }
}
