import QAPI
import QAPISchema
import WireJSON

extension MonitorArguments {
    /// The members that can complete `word`, with their path: as `file.` if a member has members itself, otherwise as
    /// `read-only=`.
    static func members(after word: String, command: String) -> [String] {
        let schema = CompiledSchema.shared
        guard let definition = schema.definition(command) else { return [] }
        let path = word.split(separator: ".", omittingEmptySubsequences: false).dropLast()
        var found = members(of: definition, schema)
        for step in path {
            let member = found.first { $0.name == step }
            found = member.map { definitions($0.type, schema).flatMap { members(of: $0, schema) } } ?? []
        }
        let names = found.map { member in
            let hasMembers = definitions(member.type, schema).contains { !members(of: $0, schema).isEmpty }
            return (path + [member.name[...]]).joined(separator: ".") + (hasMembers ? "." : "=")
        }
        return Array(Set(names))
    }

    /// The values that a member can have, if they can be listed.
    static func values(of name: String, command: String) -> [String] {
        let schema = CompiledSchema.shared
        guard let definition = schema.definition(command) else { return [] }
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let type = type(of: path, in: members(of: definition, schema), schema, given: [:]) else { return [] }
        if type.name == "bool" { return ["false", "true"] }
        guard case .enumeration(let values)? = schema.definition(type.name)?.kind else { return [] }
        return values.map(\.name)
    }
}
