public import QAPISchema
import WireJSON

/// The facts that this module was generated from, by name.
public struct CompiledSchema: Sendable {
    /// All versions in one, with no base left unresolved.
    public let schema: Schema
    private let byName: [String: Schema.Definition]
    private let modules: [String: String]

    /// The schema of all of QEMU's versions that Quiver was built with; read when first used.
    public static let shared: Self = {
        do {
            return Self(try SchemaReader.read(JSON.parse(SchemaFacts.text)))
        } catch {
            preconditionFailure("The facts that are compiled in cannot be read: \(error)")
        }
    }()

    init(_ schema: Schema) {
        self.schema = schema
        var byName: [String: Schema.Definition] = [:]
        var modules: [String: String] = [:]
        for module in schema.modules {
            for definition in module.definitions {
                byName[definition.name] = definition
                modules[definition.name] = module.name
            }
        }
        self.byName = byName
        self.modules = modules
    }

    /// The command, event or type of that name, as QAPI spells it.
    public func definition(_ name: String) -> Schema.Definition? { byName[name] }

    /// Which of QEMU's schema files declares it, as in `block-core`.
    public func module(of name: String) -> String? { modules[name] }

    /// The command's arguments; nil when there is no such command.
    public func command(_ name: String) -> Schema.Command? {
        guard case .command(let command)? = byName[name]?.kind else { return nil }
        return command
    }

    /// The members of an object: of a struct, of a union without its branches, or of what a command or event carries.
    public func members(of definition: Schema.Definition) -> [Schema.Member] {
        switch definition.kind {
        case .structure(_, let members): members
        case .union(let union): union.members
        case .command(let command): members(of: command.payload)
        case .event(let payload): members(of: payload)
        case .enumeration, .alternate: []
        }
    }

    /// The union whose branches an object has, if it has any.
    public func union(of definition: Schema.Definition) -> Schema.Union? {
        switch definition.kind {
        case .union(let union): union
        case .command(let command): union(of: command.payload)
        case .event(let payload): union(of: payload)
        case .structure, .enumeration, .alternate: nil
        }
    }

    private func members(of payload: Schema.Payload) -> [Schema.Member] {
        switch payload {
        case .members(let members): members
        case .type(let name): byName[name].map(members(of:)) ?? []
        }
    }

    private func union(of payload: Schema.Payload) -> Schema.Union? {
        guard case .type(let name) = payload else { return nil }
        return byName[name].flatMap(union(of:))
    }
}
