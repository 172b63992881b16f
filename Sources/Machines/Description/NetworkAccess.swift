/// What a guest reaches over its network card.
public enum NetworkAccess: String, Codable, Sendable, Hashable, CaseIterable {
    /// QEMU's user-mode network: whatever the host reaches, and the host's loopback services at 10.0.2.2.
    case user
    /// Nothing; the host's forwards into the guest still work.
    case isolated
    /// There is no card: only the guest's helper and console are left.
    case none

    /// The cards for this access.
    ///
    /// - Parameter forwards: The ports of the host that lead into the guest; without a card there are none.
    public func cards(forwards: [PortForward] = []) -> [UserNetwork] {
        switch self {
        case .user: [UserNetwork(forwards: forwards)]
        case .isolated: [UserNetwork(forwards: forwards, isIsolated: true)]
        case .none: []
        }
    }
}
