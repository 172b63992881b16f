import QAPI
import QAPISchema
import WireJSON

/// The arguments of a QMP command on the command line: one JSON object, or `name=value` pairs.
///
/// A value gets the type of its member in the schema: `id=7` is a string if the schema says so. A dotted name sets a
/// member of an object, as in `file.driver=qcow2`. An array takes its elements one after another, as in `devices=disk0
/// devices=disk1`; a size takes a suffix, as in `size=4G`. A value that the schema does not know is JSON, or a string
/// if it is not valid JSON. The order of the words only matters for arrays.
struct MonitorArguments {
    let object: JSONObject

    init(parsing words: [String], command: String) throws {
        if words.count == 1, let word = words.first, word.hasPrefix("{") {
            do {
                object = try JSONObject(json: JSON.parse(word))
            } catch {
                throw CommandFailure(.usage, "\(command): the arguments are not a JSON object: \(error)", cause: error)
            }
            return
        }
        let pairs = try words.map { try Self.pair($0, command: command) }
        // The chosen branches of unions must not depend on the order of the words.
        let given = pairs.reduce(JSON.object([:])) { Self.setting($1.path[...], in: $0, to: .string($1.text)) }
        let schema = CompiledSchema.shared
        let definition = schema.definition(command)
        let members =
            definition.map { Self.chosenMembers(of: $0, schema, given: given) + Self.members(of: $0, schema) } ?? []
        var root: JSON = [:]
        for (path, text) in pairs {
            let type = Self.type(of: path, in: members, schema, given: given)
            let name = path.joined(separator: ".")
            let value = try Self.value(text, type: type, name: name, command: command, schema)
            let isElement = type?.isArray == true && value.arrayValue == nil
            let earlier = isElement ? Self.value(at: path, in: root)?.arrayValue ?? [] : []
            root = Self.setting(path[...], in: root, to: isElement ? .array(earlier + [value]) : value)
        }
        object = root.objectValue ?? [:]
    }

    /// The path and the text of `a.b=text`.
    private static func pair(_ word: String, command: String) throws -> (path: [String], text: String) {
        guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
            throw CommandFailure(.usage, "\(command): '\(word)' is not an argument; use name=value, or one JSON object")
        }
        let path = word[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return (path, String(word[word.index(after: equals)...]))
    }

    private static func value(at path: [String], in json: JSON) -> JSON? {
        path.reduce(Optional(json)) { $0?[$1] }
    }

    /// The value with `new` at the path; missing objects are created.
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

    /// The type of the member at the path; in a union, the branch that the given values choose comes first.
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
        guard let branch = union.branches.first(where: { $0.name == value }),
            let chosen = schema.definition(branch.type.name)
        else { return [] }
        return chosenMembers(of: chosen, schema, given: given) + members(of: chosen, schema)
    }
}
