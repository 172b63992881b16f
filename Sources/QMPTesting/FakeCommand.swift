public import WireJSON

/// A command as the fake received it.
public struct FakeCommand: Sendable, Hashable {
    /// The command's name, as in `query-status`.
    public let name: String
    /// The arguments; empty when there are none.
    public let arguments: JSONObject
    /// The id as it came; nil when there was none.
    public let id: JSON?
    /// Whether it came as `exec-oob`.
    public let isOutOfBand: Bool

    /// Takes a message apart; nil if it is not a command.
    init?(_ json: JSON) {
        guard case .object(let object) = json else { return nil }
        guard let name = (object["execute"] ?? object["exec-oob"])?.stringValue else { return nil }
        self.name = name
        arguments = object["arguments"]?.objectValue ?? [:]
        id = object["id"]
        isOutOfBand = object["exec-oob"] != nil
    }
}
