import QMPClient
import QMPCore
import WireJSON

extension Machine {
    /// The forwards that the machine has at this moment, with the ports that they really have.
    public func forwards() async throws(MachineError) -> [PortForward] {
        try await qmp.boundForwards(machine: name)
    }

    /// Opens a port of the host that leads into the guest.
    ///
    /// - Returns: The forward with the port that it really has.
    /// - Throws: ``MachineError`` with code `monitorFailed` when the port is taken.
    public func addForward(_ forward: PortForward, to network: String = "net0") async throws(MachineError)
        -> PortForward
    {
        let before = try await forwards()
        let reply = try await humanMonitor("hostfwd_add \(network) \(forward)")
        guard reply.isEmpty else {
            throw error(.monitorFailed, "cannot open the forward \(forward): \(reply)")
        }
        let after = try await noteForwards()
        guard let added = after.first(where: { !before.contains($0) }) else {
            throw error(.monitorFailed, "the forward \(forward) was opened but is not listed")
        }
        return added
    }

    /// Closes a port of the host; connections through it go on.
    ///
    /// - Parameter forward: As ``forwards()`` tells it.
    /// - Throws: ``MachineError`` with code `notFound` when there is none such.
    public func removeForward(_ forward: PortForward, from network: String = "net0") async throws(MachineError) {
        let address = "\(forward.transport.rawValue):\(forward.hostAddress):\(forward.hostPort)"
        let reply = try await humanMonitor("hostfwd_remove \(network) \(address)")
        // The monitor says "removed" where it worked, and "not found", or what was wrong with the words, where not.
        guard reply.hasSuffix("removed") else { throw error(.notFound, "the forward \(forward): \(reply)") }
        _ = try await noteForwards()
    }

    /// Has a network's forwards lead to another address of the guest, from the ports of the host that they have.
    func redirectForwards(of network: UserNetwork, to address: String) async throws(MachineError) {
        let bound = try await forwards()
        for forward in network.forwards {
            let own = bound.first { $0.guestPort == forward.guestPort && $0.transport == forward.transport }
            guard let own else { continue }
            try await removeForward(own, from: network.id)
            let place = "\(own.transport.rawValue):\(own.hostAddress):\(own.hostPort)"
            let reply = try await humanMonitor("hostfwd_add \(network.id) \(place)-\(address):\(own.guestPort)")
            guard reply.isEmpty else {
                throw error(.monitorFailed, "cannot move the forward \(own) to \(address): \(reply)")
            }
        }
        _ = try await noteForwards()
    }

    /// Writes the forwards into the machine's record, for processes that come later.
    func noteForwards() async throws(MachineError) -> [PortForward] {
        var record = process
        record.forwards = try await forwards()
        try MachineFile.write(record, to: folder.processFile, machine: name)
        return record.forwards
    }
}
