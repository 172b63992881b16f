import QAPI
import QAPISchema

/// One command, event or type: its members, what it returns, and since when.
struct SchemaShape: Renderable {
    struct Member: Encodable {
        let name: String
        let type: String
        let isOptional: Bool
        let since: String?
        let last: String?
        let standard: String?
        let features: [String]
    }

    struct Branch: Encodable {
        let name: String
        let type: String
    }

    let kind: String
    let name: String
    /// Which of QEMU's schema files declares it.
    let module: String?
    let since: String?
    let last: String?
    let features: [String]
    let members: [Member]
    /// The member that selects the branch.
    let discriminator: String?
    let branches: [Branch]
    let values: [String]
    /// The return type of a command; nil for none, and for events and types.
    let returns: String?
    /// Whether the given QEMU has it; nil without one, and for types, whose names QEMU does not report.
    let isPresent: Bool?

    /// The definition with that name, in upper or lower case; nil if neither schema has it.
    init?(of name: String, _ schema: CompiledSchema, live: LiveSchema?) {
        let spelled =
            schema.definition(name) ?? schema.schema.definitions.first { $0.name.lowercased() == name.lowercased() }
        guard let definition = spelled else {
            guard let info = live?.info(name), info.metaType == .command || info.metaType == .event else { return nil }
            kind = info.metaType.rawValue
            self.name = info.name
            features = (info.features ?? []) + ["only in this QEMU: call it by name"]
            (module, since, last, discriminator, returns) = (nil, nil, nil, nil, nil)
            (members, branches, values) = ([], [], [])
            isPresent = true
            return
        }
        kind = definition.kind.name
        self.name = definition.name
        module = schema.module(of: definition.name)
        since = definition.since
        last = definition.last
        features = definition.features
        members = schema.members(of: definition).map { member in
            Member(
                name: member.name,
                type: member.type.spelling,
                isOptional: member.isOptional,
                since: member.since,
                last: member.last,
                standard: member.standard,
                features: member.features,
            )
        }
        let union = schema.union(of: definition)
        discriminator = union?.discriminator
        var branches = union?.branches ?? []
        if case .alternate(let choices) = definition.kind { branches = choices }
        self.branches = branches.map { Branch(name: $0.name, type: $0.type.spelling) }
        if case .enumeration(let values) = definition.kind { self.values = values.map(\.name) } else { values = [] }
        returns = schema.command(definition.name)?.returns?.spelling
        switch definition.kind {
        case .command, .event: isPresent = live.map { $0.info(definition.name) != nil }
        case .enumeration, .structure, .union, .alternate: isPresent = nil
        }
    }

    /// Up to five names that are similar to the given one.
    static func names(like name: String, _ schema: CompiledSchema) -> [String] {
        let words = name.lowercased().split { "-_".contains($0) }
        let near = schema.schema.definitions.map(\.name).filter { candidate in
            let text = candidate.lowercased()
            return words.allSatisfy { text.contains($0) }
        }
        return Array(near.sorted { $0.count < $1.count }.prefix(5))
    }

    var text: String {
        var lines = ["\(kind) \(name)" + (module.map { " (\($0))" } ?? "")]
        var facts: [String] = []
        if let since { facts.append("since QEMU \(since)") }
        if let last { facts.append("last in QEMU \(last)") }
        facts += features
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: ", ")) }
        if let isPresent { lines.append(isPresent ? "  this QEMU has it" : "  this QEMU does not have it") }
        if !members.isEmpty { lines += ["", Self.table(members)] }
        if !branches.isEmpty { lines += ["", branchText] }
        if !values.isEmpty { lines += ["", "  values: " + values.joined(separator: ", ")] }
        if kind == "command" { lines += ["", "  returns " + (returns ?? "nothing")] }
        return lines.joined(separator: "\n")
    }

    private static func table(_ members: [Member]) -> String {
        var table = TextTable(header: ["  MEMBER", "TYPE", "", "SINCE", "NOTES"])
        for member in members {
            var notes = member.standard.map { ["default \($0)"] } ?? []
            if let last = member.last { notes.append("last in \(last)") }
            notes += member.features
            table.add([
                "  \(member.name)", member.type, member.isOptional ? "optional" : "", member.since ?? "-",
                notes.joined(separator: ", "),
            ])
        }
        return table.text
    }

    private var branchText: String {
        var table = TextTable(header: [discriminator.map { "  WHEN \($0) IS" } ?? "  EITHER", "MEMBERS OF"])
        for branch in branches { table.add(["  \(branch.name)", branch.type]) }
        return table.text
    }
}
