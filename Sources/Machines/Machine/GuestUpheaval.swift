import QAPI
import QMPClient
import QMPCore
import WireJSON

/// An event that ends or stops everything that runs in a guest, while its machine keeps running.
package enum GuestUpheaval: String, Sendable {
    case restarted = "the machine was restarted"
    case panicked = "the guest's kernel panicked"
    /// QEMU pauses the guest when the host's disk is full.
    case diskFailed = "the host could not write the guest's disk"
    case executionFailed = "QEMU could not continue running the guest"
}

/// Waits for an upheaval, from the moment at which it was created.
package struct UpheavalWatch: Sendable {
    private let machine: Machine
    private let events: QMPEvents

    package init(_ machine: Machine) {
        self.machine = machine
        events = machine.qmp.events(.named("RESET", "GUEST_PANICKED", "BLOCK_IO_ERROR", "STOP"))
    }

    /// The first upheaval; nil if the connection to the machine ended without one.
    package func first() async -> GuestUpheaval? {
        do {
            for try await item in events {
                guard case .event(let event) = item else { continue }
                switch event.name {
                case "RESET": return .restarted
                case "GUEST_PANICKED": return .panicked
                // Only the run state says why the guest is stopped.
                case "STOP": if try await machine.runState() == .internalError { return .executionFailed }
                // Other failures are reported to the guest, which handles them itself.
                default: if event.data["action"] == "stop" { return .diskFailed }
                }
            }
        } catch {
            // The machine's end is reported elsewhere, with its reason.
        }
        return nil
    }
}
