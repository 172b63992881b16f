import QMPClient
import QMPCore

/// What takes everything with it that runs in a guest, while its machine goes on.
package enum GuestUpheaval: String, Sendable {
    case restarted = "the machine was restarted"
    case panicked = "the guest's kernel panicked"
}

/// Waits for an upheaval, from the moment on at which it was made.
package struct UpheavalWatch: Sendable {
    private let events: QMPEvents

    package init(_ machine: Machine) {
        events = machine.qmp.events(.named("RESET", "GUEST_PANICKED"))
    }

    /// The first upheaval; nil when the connection to the machine has ended without one.
    package func first() async -> GuestUpheaval? {
        do {
            for try await item in events {
                guard case .event(let event) = item else { continue }
                return event.name == "RESET" ? .restarted : .panicked
            }
        } catch {
            // The machine's end is told elsewhere, with its reason.
        }
        return nil
    }
}
