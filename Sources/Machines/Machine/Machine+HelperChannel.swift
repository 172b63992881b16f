import GuestAccess
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
        guard let place = description.channels.firstIndex(of: .helper),
            case .array(let devices) = try await command("query-chardev")
        else { return nil }
        for case .object(let device) in devices where device["label"]?.stringValue == "channel\(place)" {
            return HelperChannel(
                isTaken: device["filename"]?.stringValue?.hasPrefix("disconnected:") == false,
                isOpenInGuest: device["frontend-open"]?.boolValue ?? true,
            )
        }
        return nil
    }
}
