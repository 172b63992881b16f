import QAPISchema

extension Schema {
    /// The same schema with every base's members in place, so that no definition has a base.
    ///
    /// A union's discriminator, which may be a base's member, stays among the members.
    func flattened() -> Schema {
        var byName: [String: Definition] = [:]
        for definition in definitions { byName[definition.name] = definition }
        var result = self
        for module in result.modules.indices {
            for index in result.modules[module].definitions.indices {
                result.modules[module].definitions[index].kind = Self.flattened(
                    result.modules[module].definitions[index].kind,
                    in: byName,
                )
            }
        }
        return result
    }

    private static func flattened(_ kind: Definition.Kind, in byName: [String: Definition]) -> Definition.Kind {
        switch kind {
        case .structure(let base, let members):
            return .structure(base: nil, members: inherited(base, in: byName) + members)
        case .union(var union):
            union.members = inherited(union.base, in: byName) + union.members
            union.base = nil
            return .union(union)
        case .command(var command):
            command.payload = flattened(command.payload, in: byName)
            return .command(command)
        case .event(let payload):
            return .event(flattened(payload, in: byName))
        case .enumeration, .alternate:
            return kind
        }
    }

    /// A struct's members in place of its name; a union stays a type, since its members depend on each other.
    private static func flattened(_ payload: Payload, in byName: [String: Definition]) -> Payload {
        guard case .type(let name) = payload, case .structure(let base, let members)? = byName[name]?.kind else {
            return payload
        }
        return .members(inherited(base, in: byName) + members)
    }

    private static func inherited(_ base: String?, in byName: [String: Definition]) -> [Member] {
        guard let base, case .structure(let next, let members)? = byName[base]?.kind else { return [] }
        return inherited(next, in: byName) + members
    }
}
