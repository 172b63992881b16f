import Forks
import GuestAccess
import HostSupport
import Machines

extension Machine {
    /// The guest's ssh server; nil for a machine without a network card.
    func sshIfConnected(home: QuiverHome) throws -> SSHEndpoint? {
        description.networks.isEmpty ? nil : try ssh(home: home)
    }
}

extension Fork {
    /// The guest's ssh server; nil for a machine without a network card.
    func sshIfConnected(home: QuiverHome) throws -> SSHEndpoint? {
        machine.description.networks.isEmpty ? nil : try ssh(home: home)
    }
}
