public import QAPISchema

extension Schema {
    /// One schema that describes several versions of QEMU at once.
    ///
    /// The newest version decides what a thing is and where it is declared. What only older versions have is added
    /// and says which version was its last. A member is mandatory only if every version that has its owner has it and
    /// calls it mandatory, and if none of them may hide it, so that the replies of all of them can be read.
    ///
    /// - Parameter versions: At least one; all of the same interface, newest first.
    public static func merged(_ versions: [Schema]) -> Schema {
        var merged = versions[0].flattened()
        var hideable = merged.hideableMembers
        for older in versions.dropFirst() {
            let older = older.flattened()
            hideable.formUnion(older.hideableMembers)
            merged.add(older)
        }
        merged.makeOptional(hideable)
        return merged
    }

    private mutating func add(_ older: Schema) {
        let version = older.versions[0]
        var places: [String: (module: Int, index: Int)] = [:]
        for (module, content) in modules.enumerated() {
            for (index, definition) in content.definitions.enumerated() {
                places[definition.name] = (module, index)
            }
        }
        for (newName, oldName) in renames(from: older) {
            if let place = places[newName], let definition = older.definitions.first(where: { $0.name == oldName }) {
                modules[place.module].definitions[place.index].add(definition, of: version)
            }
        }
        let table = byName
        for module in older.modules {
            for definition in module.definitions {
                if let place = places[definition.name] {
                    modules[place.module].definitions[place.index].add(definition, of: version)
                    modules[place.module].definitions[place.index].addStruct(definition, branches: table)
                } else {
                    var removed = definition
                    removed.last = version.minor
                    append(removed, toModule: module.name)
                }
            }
        }
        self = Schema(interface: interface, versions: versions + [version], modules: modules)
    }

    private var byName: [String: Definition] {
        var byName: [String: Definition] = [:]
        for definition in definitions { byName[definition.name] = definition }
        return byName
    }

    /// The types whose place another one took somewhere: the newer one must hold what the older one's values hold.
    private func renames(from older: Schema) -> [(new: String, old: String)] {
        let byName = byName
        var renames: [(new: String, old: String)] = []
        for definition in older.definitions {
            let newer = byName[definition.name]?.typesByMember ?? [:]
            for (member, old) in definition.typesByMember.sorted(by: { $0.key < $1.key }) {
                guard let new = newer[member], new.name != old.name else { continue }
                if !renames.contains(where: { $0 == (new.name, old.name) }) { renames.append((new.name, old.name)) }
            }
        }
        return renames
    }

    private mutating func append(_ definition: Definition, toModule name: String) {
        if let index = modules.firstIndex(where: { $0.name == name }) {
            modules[index].definitions.append(definition)
        } else {
            modules.append(Module(name: name, definitions: [definition]))
        }
    }
}

extension Definition {
    /// The types of the members and branches, and of what a command returns.
    var typesByMember: [String: TypeName] {
        var types: [String: TypeName] = [:]
        for member in members { types[member.name] = member.type }
        switch kind {
        case .union(let union):
            for branch in union.branches { types["branch \(branch.name)"] = branch.type }
        case .alternate(let branches):
            for branch in branches { types["branch \(branch.name)"] = branch.type }
        case .command(let command):
            types["returns"] = command.returns
        case .enumeration, .structure, .event:
            break
        }
        return types
    }

    /// The members that are declared in place.
    var members: [Member] {
        switch kind {
        case .structure(_, let members): members
        case .union(let union): union.members
        case .command(let command): command.payload.members
        case .event(let payload): payload.members
        case .enumeration, .alternate: []
        }
    }

    fileprivate mutating func add(_ older: Definition, of version: String) {
        since = since ?? older.since
        switch (kind, older.kind) {
        case (.enumeration(let values), .enumeration(let olderValues)):
            kind = .enumeration(values.adding(olderValues, of: version))
        case (.structure(_, let members), .structure(_, let olderMembers)):
            kind = .structure(base: nil, members: members.adding(olderMembers, of: version))
        case (.union(var union), .union(let olderUnion)):
            union.members = union.members.adding(olderUnion.members, of: version)
            let known = Set(union.branches.map(\.name))
            union.branches += olderUnion.branches.filter { !known.contains($0.name) }
            kind = .union(union)
        case (.alternate(let branches), .alternate(let olderBranches)):
            let known = Set(branches.map(\.name))
            kind = .alternate(branches + olderBranches.filter { !known.contains($0.name) })
        case (.command(var command), .command(let olderCommand)):
            command.payload.add(olderCommand.payload, of: version)
            kind = .command(command)
        case (.event(var payload), .event(let olderPayload)):
            payload.add(olderPayload, of: version)
            kind = .event(payload)
        default:
            break
        }
    }
}

extension Definition {
    /// Where this is a union and was a struct: an object without the discriminator is of the branch with its members.
    fileprivate mutating func addStruct(_ older: Definition, branches: [String: Definition]) {
        guard case .union(var union) = kind, case .structure(_, let members) = older.kind else { return }
        guard !members.contains(where: { $0.name == union.discriminator }) else { return }
        let common = Set(union.members.map(\.name))
        let rest = Set(members.map(\.name)).subtracting(common)
        union.untagged =
            union.branches.first { branch in
                rest.isSubset(of: branches[branch.type.name]?.members.map(\.name) ?? [])
            }?.name
        kind = .union(union)
    }
}

extension Payload {
    fileprivate var members: [Member] {
        switch self {
        case .members(let members): members
        case .type: []
        }
    }

    fileprivate mutating func add(_ older: Payload, of version: String) {
        guard case .members(let members) = self, case .members(let olderMembers) = older else { return }
        self = .members(members.adding(olderMembers, of: version))
    }
}

extension [Member] {
    fileprivate func adding(_ older: [Member], of version: String) -> [Member] {
        var result = self
        for index in result.indices {
            let member = older.first { $0.name == result[index].name }
            if member?.isOptional ?? true { result[index].isOptional = true }
            result[index].since = result[index].since ?? member?.since
            result[index].standard = result[index].standard ?? member?.standard
        }
        for var member in older where !contains(where: { $0.name == member.name }) {
            member.isOptional = true
            member.last = version.minor
            result.append(member)
        }
        return result
    }
}

extension [EnumValue] {
    fileprivate func adding(_ older: [EnumValue], of version: String) -> [EnumValue] {
        var result = self
        for var value in older where !contains(where: { $0.name == value.name }) {
            value.last = version.minor
            result.append(value)
        }
        return result
    }
}

extension String {
    /// `10.0` of `10.0.2`.
    var minor: String { split(separator: ".").prefix(2).joined(separator: ".") }
}
