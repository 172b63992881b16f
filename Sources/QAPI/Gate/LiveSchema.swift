public import QMPCore
import WireJSON

/// What a running QEMU says of its own interface, looked up by name.
///
/// QEMU masks the names of types there; only commands, events, members and values have real ones.
public struct LiveSchema: Sendable {
    /// What `query-qmp-schema` returned.
    public let infos: [SchemaInfo]
    private let byName: [String: SchemaInfo]

    public init(_ infos: [SchemaInfo]) {
        self.infos = infos
        var byName: [String: SchemaInfo] = [:]
        byName.reserveCapacity(infos.count)
        for info in infos { byName[info.name] = info }
        self.byName = byName
    }

    /// Asks the QEMU at the other end.
    public init(of executor: some QMPExecutor) async throws(QMPError) {
        self.init(try await executor.queryQMPSchema())
    }

    /// The command's masked types; nil when this QEMU does not have it.
    public func command(_ name: String) -> SchemaInfoCommand? {
        guard case .command(let command)? = byName[name]?.branch else { return nil }
        return command
    }

    /// The event's masked type; nil when this QEMU does not have it.
    public func event(_ name: String) -> SchemaInfoEvent? {
        guard case .event(let event)? = byName[name]?.branch else { return nil }
        return event
    }

    /// The masked type, command or event of that name.
    public func info(_ name: String) -> SchemaInfo? { byName[name] }

    /// The features of a command, event or masked type.
    public func features(of name: String) -> [String] { byName[name]?.features ?? [] }

    /// The object's members and branches; nil when the masked type is no object.
    func object(_ type: String) -> SchemaInfoObject? {
        guard case .object(let object)? = byName[type]?.branch else { return nil }
        return object
    }

    /// The branch's masked type for that value of the discriminator.
    func branch(_ object: SchemaInfoObject, _ value: String) -> String? {
        object.variants?.first { $0.case == value }?.type
    }

    /// The values of an enum; nil when the masked type is none.
    ///
    /// QEMU before 6.2 tells them without features.
    func values(_ type: String) -> [SchemaInfoEnumMember]? {
        guard case .enum(let info)? = byName[type]?.branch else { return nil }
        return info.members.isEmpty ? info.values.map { SchemaInfoEnumMember(name: $0) } : info.members
    }
}
