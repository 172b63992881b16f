public import QMPCore
public import WireJSON

/// A command of the guest agent with its arguments, as a value that can be stored, logged and tested.
public protocol GuestAgentCommand: Sendable {
    /// What the command returns.
    associatedtype Reply: JSONDecodable & Sendable

    /// The name on the wire, as in `guest-ping`.
    static var name: String { get }

    /// Whether the agent is silent when the command succeeds, as for `guest-shutdown`.
    static var answersOnlyOnFailure: Bool { get }

    /// The arguments as they go on the wire; empty when there are none.
    var arguments: JSONObject { get }
}

extension GuestAgentCommand {
    /// False: the agent answers a command unless the command says otherwise.
    public static var answersOnlyOnFailure: Bool { false }
}

extension GuestAgentCommand where Self: QAPIObject {
    /// The members that are set.
    public var arguments: JSONObject { wireMembers }
}
