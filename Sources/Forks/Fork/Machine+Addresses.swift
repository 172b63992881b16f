import GuestAccess
import Machines
import WireJSON

extension Machine {
    /// Redirects the forwards to the addresses that the guest got with its new hardware addresses.
    func follow(_ fixUp: GuestFixUp, _ answer: GuestHelper.FixUpAnswer) async throws(MachineError) {
        for (interface, hardwareAddress) in fixUp.hardwareAddresses {
            guard let address = answer.addresses[interface],
                let network = try await network(withHardwareAddress: hardwareAddress)
            else { continue }
            try await redirectForwards(of: network, to: address)
        }
    }

    /// The network whose card now has this hardware address, which the guest may have changed.
    private func network(withHardwareAddress address: String) async throws(MachineError) -> UserNetwork? {
        guard case .array(let cards) = try await command("query-rx-filter") else { return nil }
        let names = cards.compactMap { card -> String? in
            guard case .object(let facts) = card,
                facts["main-mac"]?.stringValue?.lowercased() == address.lowercased()
            else { return nil }
            return facts["name"]?.stringValue
        }
        return description.networks.first { names.contains($0.deviceID) }
    }
}
