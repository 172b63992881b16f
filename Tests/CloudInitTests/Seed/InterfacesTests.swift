import CloudInit
import Testing

@Suite struct InterfacesTests {
    static let sound = """
        # The loopback "network".
        auto lo
        iface lo inet loopback

        auto eth0
        iface eth0 inet static
            address 192.168.7.2/24
            gateway 192.168.7.1
        \tdns-nameservers\\one
        allow-hotplug eth1
        iface eth1 inet6 auto

        """

    @Test func `interfaces reach the guest as they are written`() async throws {
        let seed = try Seed.composed(hostname: "a", interfaces: Self.sound)
        let written: String = try await Python.yaml("network-interfaces", of: seed.metaData)
        #expect(written == Self.sound)
        let merged = try Seed.composed(metaData: "instance-id: mine\n", interfaces: Self.sound)
        #expect(try await Python.yaml("network-interfaces", of: merged.metaData, as: String.self) == Self.sound)
        #expect(merged.metaData.hasPrefix("instance-id: mine\n"))
        #expect(SeedCheck.findings(of: seed) == [])
        #expect(seed.instanceID != (try Seed.composed(hostname: "a")).instanceID)
    }

    static let faults: [(text: String, answer: String)] = [
        ("", "line 1: no interface is described"),
        ("auto eth0\n", "line 1: no interface is described"),
        ("address 10.0.0.1\niface eth0 inet dhcp\n", "line 1: \"address\" stands before any interface"),
        ("auto eth0\niface eth0 inet\n", "line 2: iface takes a name, a family and a method"),
        ("iface eth0 inet4 dhcp\n", "line 1: \"inet4\" is not an address family; write inet"),
        ("iface\teth0 inet dhcp\n", "line 1: there is a tab between words"),
    ]

    @Test(arguments: faults)
    func `what cloud-init would stumble over is named with its line`(text: String, answer: String) throws {
        let seed = try Seed.composed(interfaces: text)
        let lines = SeedCheck.findings(of: seed).map(\.description)
        #expect(lines.count == 1 && lines[0].contains("network-interfaces, \(answer)"), "\(lines)")
        #expect(lines[0].hasPrefix("meta-data:"))
    }

    @Test func `interfaces and a network-config do not go together`() {
        let error = #expect(throws: CloudInitError.self) {
            try Seed.composed(networkConfig: "version: 2\n", interfaces: Self.sound)
        }
        #expect(error?.code == .badSeed)
        let seed = Seed(
            userData: "",
            metaData: "instance-id: a\nnetwork-interfaces: \"iface a inet dhcp\"\n",
            networkConfig: "version: 2\n",
        )
        #expect(SeedCheck.findings(of: seed).map(\.severity) == [.warning])
    }
}
