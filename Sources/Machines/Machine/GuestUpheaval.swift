import QMPClient
import QMPCore
import WireJSON

/// What ends or stops everything that runs in a guest, while its machine goes on.
package enum GuestUpheaval: String, Sendable {
    case restarted = "the machine was restarted"
    case panicked = "the guest's kernel panicked"
    /// QEMU pauses a guest whose writes the host's disk has no room for.
    case diskFailed = "the host could not write the guest's disk"
    case executionFailed = "QEMU could not continue running the guest"
}

/// Waits for an upheaval, from the moment on at which it was made.
package struct UpheavalWatch: Sendable {
    private let machine: Machine
    private let events: QMPEvents

    package init(_ machine: Machine) {
        self.machine = machine
        events = machine.qmp.events(.named("RESET", "GUEST_PANICKED", "BLOCK_IO_ERROR", "STOP"))
    }

    /// The first upheaval; nil when the connection to the machine has ended without one.
    package func first() async -> GuestUpheaval? {
        do {
            for try await item in events {
                guard case .event(let event) = item else { continue }
                switch event.name {
                case "RESET": return .restarted
                case "GUEST_PANICKED": return .panicked
                // Only the state says why the guest stands still.
                case "STOP": if try await machine.status() == .internalError { return .executionFailed }
                // The guest is told of other failures, and does with them what it likes.
                default: if event.data["action"] == "stop" { return .diskFailed }
                }
            }
        } catch {
            // The machine's end is told elsewhere, with its reason.
        }
        return nil
    }
}
