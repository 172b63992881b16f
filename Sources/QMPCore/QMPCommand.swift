public import WireJSON

/// A QMP command with its arguments, as a value that can be stored, logged and tested.
public protocol QMPCommand: Sendable {
    /// What the command returns.
    associatedtype Reply: JSONDecodable & Sendable

    /// The name on the wire, as in `query-status`.
    static var name: String { get }

    /// Whether the schema allows the command to be executed out of band.
    static var allowsOutOfBand: Bool { get }

    /// The arguments as they go on the wire; empty when there are none.
    var arguments: JSONObject { get }
}

extension QMPCommand {
    /// False: a command runs in its turn unless it says otherwise.
    public static var allowsOutOfBand: Bool { false }
    /// No arguments.
    public var arguments: JSONObject { [:] }
}

/// The reply of a command that returns nothing: an empty object, whatever members later versions add to it.
public struct Empty: JSONDecodable, JSONEncodable, Hashable, Sendable {
    /// Creates the empty reply.
    public init() {}

    /// Accepts any value, since nothing is read from it.
    public init(json: JSON) throws(JSONError) {}

    /// An empty object.
    public var json: JSON { .object([:]) }
}
