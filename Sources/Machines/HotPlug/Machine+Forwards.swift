import QMPClient
import QMPCore
import WireJSON

extension Machine {
    /// The machine's current forwards, with their actual ports.
    public func forwards() async throws(MachineError) -> [PortForward] {
        try await qmp.boundForwards(machine: name)
    }

    /// Forwards a host port to the guest.
    ///
    /// - Returns: The forward with its actual port.
    /// - Throws: ``MachineError`` with code `monitorFailed` if the port is in use.
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

    /// Removes a forward; existing connections continue.
    ///
    /// - Parameter forward: As returned by ``forwards()``.
    /// - Throws: ``MachineError`` with code `notFound` if there is no such forward.
    public func removeForward(_ forward: PortForward, from network: String = "net0") async throws(MachineError) {
        let address = "\(forward.transport.rawValue):\(forward.hostAddress):\(forward.hostPort)"
        let reply = try await humanMonitor("hostfwd_remove \(network) \(address)")
        // The monitor replies "removed" on success, otherwise "not found" or what was wrong with the arguments.
        guard reply.hasSuffix("removed") else { throw error(.notFound, "the forward \(forward): \(reply)") }
        _ = try await noteForwards()
    }

    /// Redirects a network's forwards to another guest address, from the same host ports.
    package func redirectForwards(of network: UserNetwork, to address: String) async throws(MachineError) {
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
        try MachineFile.write(record, to: directory.processFile, machine: name)
        return record.forwards
    }
}
