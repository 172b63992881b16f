import Provisioning
import QMPCore
import SystemPackage
import Testing
import WireJSON

@testable import Machines

struct NetworkAccessTests {
    @Test func `an isolated guest reaches nothing, and is reached through its forwards`() throws {
        var description = MachineDescription()
        description.networks = NetworkAccess.isolated.cards(forwards: [PortForward(hostPort: 8080, guestPort: 80)])
        description.addUsualDevices()
        let card = try #require(description.networks.first)
        #expect(description.networks.count == 1)
        #expect(card.backend.wireMembers["restrict"] == true)
        #expect(card.forwards.map(\.guestPort) == [80, 22])
    }

    @Test func `a guest without a network gets no card, and is told not to wait for one`() throws {
        var description = MachineDescription()
        description.kernel = DirectKernel(image: "/kernel", commandLine: "quiet")
        description.networks = NetworkAccess.none.cards(forwards: [.ssh])
        description.addUsualDevices(hasNetwork: false)
        #expect(description.networks.isEmpty && description.channels.contains(.helper))
        let arguments = try #require(description.kernel?.commandLine)
        #expect(arguments.hasPrefix("quiet systemd.mask=systemd-networkd-wait-online.service "), "\(arguments)")
    }

    @Test func `by default a guest reaches what the host reaches`() throws {
        var description = MachineDescription()
        description.addUsualDevices()
        let card = try #require(description.networks.first)
        #expect(card.backend.wireMembers["restrict"] == nil && card.forwards == [.ssh])
        #expect(NetworkAccess.user.cards() == [UserNetwork()])
    }
}
