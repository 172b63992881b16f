/// A network card on QEMU's user-mode network: the guest can connect out, the host connects in through forwards.
public struct UserNetwork: Hashable, Codable, Sendable {
    /// The card's name in QEMU, as in `net0`.
    public var id: String
    /// The ports of the host that lead into the guest.
    public var forwards: [PortForward]
    /// The card's hardware address, as in `52:54:00:12:34:56`; nil lets QEMU choose.
    public var hardwareAddress: String?
    /// Whether the guest cannot connect to anything; the host's forwards still work.
    public var isIsolated: Bool

    /// Creates a card; without arguments it is `net0`, with no forwards and with access to what the host can reach.
    public init(
        id: String = "net0",
        forwards: [PortForward] = [],
        hardwareAddress: String? = nil,
        isIsolated: Bool = false,
    ) {
        self.id = id
        self.forwards = forwards
        self.hardwareAddress = hardwareAddress
        self.isIsolated = isIsolated
    }
}

/// A host port that is forwarded to the guest.
public struct PortForward: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The transport that is forwarded.
    public enum Transport: String, Codable, Sendable {
        /// TCP.
        case tcp
        /// UDP.
        case udp
    }

    /// The transport that is forwarded.
    public var transport: Transport
    /// The host address to listen on; the default can only be reached from this host.
    public var hostAddress: String
    /// The host port; zero picks a free one, which the machine reports after its start.
    public var hostPort: UInt16
    /// The guest's port.
    public var guestPort: UInt16

    /// Creates a forward; without a host port, a free one of this host's own address leads to the guest.
    public init(
        transport: Transport = .tcp,
        hostAddress: String = "127.0.0.1",
        hostPort: UInt16 = 0,
        guestPort: UInt16,
    ) {
        self.transport = transport
        self.hostAddress = hostAddress
        self.hostPort = hostPort
        self.guestPort = guestPort
    }

    /// A free host port for the guest's sshd.
    public static let ssh = Self(guestPort: 22)

    /// Reads `HOSTPORT:GUESTPORT`, `ADDRESS:HOSTPORT:GUESTPORT`, either with `/udp` at the end; nil for anything else.
    public init?(parsing text: String) {
        var rest = text[...]
        var transport = Transport.tcp
        for candidate in [Transport.tcp, .udp] where rest.hasSuffix("/\(candidate.rawValue)") {
            transport = candidate
            rest = rest.dropLast(4)
        }
        let fields = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 3,
            let hostPort = UInt16(fields[fields.count - 2]),
            let guestPort = UInt16(fields[fields.count - 1]), guestPort != 0
        else { return nil }
        self.init(transport: transport, hostPort: hostPort, guestPort: guestPort)
        if fields.count == 3 {
            guard Self.isAddress(fields[0]) else { return nil }
            hostAddress = String(fields[0])
        }
    }

    private static func isAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// The forward as QEMU spells it, as in `tcp:127.0.0.1:0-:22`.
    public var description: String {
        "\(transport.rawValue):\(hostAddress):\(hostPort)-:\(guestPort)"
    }
}
