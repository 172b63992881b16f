import GuestAccess
import Machines
import QAPI
import QMPCore
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
        let cards = try await reporting { () throws(QMPError) in try await qmp.queryRxFilter() }
        let names = cards.filter { $0.mainMAC.lowercased() == address.lowercased() }.map(\.name)
        return description.networks.first { names.contains($0.deviceID) }
    }
}
