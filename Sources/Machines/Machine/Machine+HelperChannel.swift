import GuestAccess
import QAPI
import QMPClient
import QMPCore
import WireJSON

/// Both ends of the channel to a guest's helper, as QEMU sees them.
package struct HelperChannel {
    /// Whether a program on the host is connected.
    package let isTaken: Bool
    /// Whether a program in the guest has opened the port.
    package let isOpenInGuest: Bool
}

extension Machine {
    /// The channel to the helper at this moment; nil for a machine without one.
    package func helperChannel() async throws(MachineError) -> HelperChannel? {
        guard let place = description.channels.firstIndex(of: .helper) else { return nil }
        let devices = try await reporting { () throws(QMPError) in try await qmp.queryChardev() }
        return devices.first { $0.label == "channel\(place)" }.map {
            HelperChannel(isTaken: !$0.filename.hasPrefix("disconnected:"), isOpenInGuest: $0.frontendOpen)
        }
    }
}
