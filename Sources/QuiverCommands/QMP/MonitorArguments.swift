import QAPI
import QAPISchema
import Quantities
import WireJSON

/// The arguments of a command as they stand on a command line: one JSON object, or `name=value` pairs.
///
/// A value gets the type that the schema gives its member: `id=7` is a string where the schema wants one. A dotted name
/// goes into an object, as in `file.driver=qcow2`. An array takes its elements one after another, as in
/// `devices=disk0 devices=disk1`; a size takes a suffix, as in `size=4G`. What the schema does not know is taken for
/// JSON, and for a string if it is none.
struct MonitorArguments {
    let object: JSONObject

    init(parsing words: [String], command: String) throws {
        if words.count == 1, let word = words.first, word.hasPrefix("{") {
            do {
                object = try JSONObject(json: JSON.parse(word))
            } catch {
                throw CommandFailure(.usage, "\(command): the arguments are no JSON object: \(error)", cause: error)
            }
            return
        }
        var root: JSON = [:]
        let schema = CompiledSchema.shared
        let definition = schema.definition(command)
        let members = definition.map { Self.members(of: $0, schema) } ?? []
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
                throw CommandFailure(
                    .usage,
                    "\(command): '\(word)' is no argument; write name=value, or one JSON object"
                )
            }
            let path = word[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            let text = String(word[word.index(after: equals)...])
            let chosen = definition.map { Self.chosenMembers(of: $0, schema, given: root) } ?? []
            let type = Self.type(of: path, in: chosen + members, schema, given: root)
            let value = try Self.value(text, type: type, name: String(word[..<equals]), command: command, schema)
            let isElement = type?.isArray == true && value.arrayValue == nil
            let earlier = isElement ? Self.value(at: path, in: root)?.arrayValue ?? [] : []
            root = Self.setting(path[...], in: root, to: isElement ? .array(earlier + [value]) : value)
        }
        object = root.objectValue ?? [:]
    }

    private static func value(at path: [String], in json: JSON) -> JSON? {
        path.reduce(Optional(json)) { $0?[$1] }
    }

    /// The value with `new` at the path; objects are made on the way.
    private static func setting(_ path: ArraySlice<String>, in json: JSON, to new: JSON) -> JSON {
        guard let first = path.first else { return new }
        var object = json.objectValue ?? [:]
        object[first] = setting(path.dropFirst(), in: object[first] ?? [:], to: new)
        return .object(object)
    }

    /// All members that the definition can have: its own and those of its branches.
    static func members(of definition: Schema.Definition, _ schema: CompiledSchema) -> [Schema.Member] {
        let branches = schema.union(of: definition)?.branches ?? []
        return schema.members(of: definition)
            + branches.flatMap { branch in definitions(branch.type, schema).flatMap { members(of: $0, schema) } }
    }

    static func definitions(_ type: Schema.TypeName, _ schema: CompiledSchema) -> [Schema.Definition] {
        guard let definition = schema.definition(type.name) else { return [] }
        guard case .alternate(let choices) = definition.kind else { return [definition] }
        return choices.flatMap { definitions($0.type, schema) }
    }

    /// The type of the member at the path; of the branches of a union, that of the one whose value is given counts first.
    static func type(
        of path: [String],
        in members: [Schema.Member],
        _ schema: CompiledSchema,
        given: JSON,
    ) -> Schema.TypeName? {
        var members = members
        var given: JSON? = given
        for (index, step) in path.enumerated() {
            guard let member = members.first(where: { $0.name == step }) else { return nil }
            if index == path.count - 1 { return member.type }
            given = given?[step]
            let choices = definitions(member.type, schema)
            members = choices.flatMap { chosenMembers(of: $0, schema, given: given) }
            members += choices.flatMap { Self.members(of: $0, schema) }
        }
        return nil
    }

    /// The members of the branch that the values given so far choose.
    private static func chosenMembers(
        of definition: Schema.Definition,
        _ schema: CompiledSchema,
        given: JSON?,
    ) -> [Schema.Member] {
        guard let union = schema.union(of: definition), let value = given?[union.discriminator]?.stringValue else {
            return []
        }
        let branch = union.branches.first { $0.name == value }
        return branch.flatMap { schema.definition($0.type.name) }.map { members(of: $0, schema) } ?? []
    }

    private static func value(
        _ text: String,
        type: Schema.TypeName?,
        name: String,
        command: String,
        _ schema: CompiledSchema,
    ) throws -> JSON {
        let json = try? JSON.parse(text)
        guard let type else { return json ?? .string(text) }
        if let element = type.element {
            if let json, json.arrayValue != nil { return json }
            return try value(text, type: element, name: name, command: command, schema)
        }
        let wanted: String
        switch (type.name, json) {
        case ("str", _): return .string(text)
        case ("bool", _):
            switch text {
            case "true", "on", "yes": return true
            case "false", "off", "no": return false
            default: wanted = "true or false"
            }
        case ("number", .integer?), ("number", .unsigned?), ("number", .double?): return json ?? .null
        case ("number", _): wanted = "a number"
        case (_, .integer?) where type.isInteger, (_, .unsigned?) where type.isInteger: return json ?? .null
        case ("size", _):
            if let size = ByteCount(parsing: text) { return size.bytes.json }
            wanted = "a size, as in 512M"
        case _ where type.isInteger: wanted = "a whole number"
        case _:
            if case .enumeration? = schema.definition(type.name)?.kind { return .string(text) }
            return json ?? .string(text)
        }
        throw CommandFailure(.usage, "\(command): \(name) wants \(wanted), not '\(text)'")
    }
}
