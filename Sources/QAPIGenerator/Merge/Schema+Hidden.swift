import QAPISchema

extension Schema {
    /// The members of replies and events that a QEMU may leave out though it has them, as `Type.member`.
    ///
    /// `-compat deprecated-output=hide` and `unstable-output=hide` take them away even where they are mandatory.
    var hideableMembers: Set<String> {
        var byName: [String: Definition] = [:]
        for definition in definitions { byName[definition.name] = definition }
        var seen: Set<String> = []
        var waiting: [String] = []
        for definition in definitions {
            switch definition.kind {
            case .command(let command): waiting += command.returns.map { [$0.name] } ?? []
            case .event: waiting.append(definition.name)
            case .enumeration, .structure, .union, .alternate: break
            }
        }
        var found: Set<String> = []
        while let name = waiting.popLast() {
            guard seen.insert(name).inserted, let definition = byName[name] else { continue }
            waiting += definition.typesByMember.values.map(\.name)
            if case .event(.type(let type)) = definition.kind { waiting.append(type) }
            let hideable = definition.members.filter {
                $0.features.contains("deprecated") || $0.features.contains("unstable")
            }
            found.formUnion(hideable.map { "\(name).\($0.name)" })
        }
        return found
    }

    /// Makes the members optional, given as `Type.member`.
    mutating func makeOptional(_ names: Set<String>) {
        for module in modules.indices {
            for index in modules[module].definitions.indices {
                let owner = modules[module].definitions[index].name
                modules[module].definitions[index].changeMembers { member in
                    if names.contains("\(owner).\(member.name)") { member.isOptional = true }
                }
            }
        }
    }
}

extension Definition {
    /// Changes the members of a type or event.
    fileprivate mutating func changeMembers(_ change: (inout Member) -> Void) {
        switch kind {
        case .structure(let base, var members):
            for index in members.indices { change(&members[index]) }
            kind = .structure(base: base, members: members)
        case .union(var union):
            for index in union.members.indices { change(&union.members[index]) }
            kind = .union(union)
        case .event(.members(var members)):
            for index in members.indices { change(&members[index]) }
            kind = .event(.members(members))
        case .event(.type), .command, .enumeration, .alternate:
            break
        }
    }
}
