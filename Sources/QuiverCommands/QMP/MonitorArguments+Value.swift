import QAPI
import QAPISchema
import Quantities
import WireJSON

extension MonitorArguments {
    /// The text as a value of the type; throws a usage error that says what is expected.
    static func value(
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
            wanted = "a size, e.g. 512M"
        case _ where type.isInteger: wanted = "a whole number"
        case _:
            switch schema.definition(type.name)?.kind {
            case .enumeration?: return .string(text)
            case .alternate(let choices)?:
                guard let choice = choice(of: choices, text, json, schema) else {
                    wanted = choices.map(\.type.spelling).joined(separator: " or ")
                    break
                }
                return try value(text, type: choice, name: name, command: command, schema)
            case .structure?, .union?, .command?, .event?, nil: return json ?? .string(text)
            }
        }
        throw CommandFailure(.usage, "\(command): \(name) must be \(wanted), not '\(text)'")
    }

    /// The choice of an alternate that fits the text: a string comes last, since every text fits it.
    private static func choice(
        of choices: [Schema.Branch],
        _ text: String,
        _ json: JSON?,
        _ schema: CompiledSchema,
    ) -> Schema.TypeName? {
        let types = choices.map(\.type)
        let isFitting = { (type: Schema.TypeName) -> Bool in
            if type.isArray { return json?.arrayValue != nil }
            switch (type.name, json) {
            case ("null", .null?), ("number", .double?), ("number", .integer?), ("number", .unsigned?): return true
            case ("bool", _): return ["true", "on", "yes", "false", "off", "no"].contains(text)
            case (_, .integer?), (_, .unsigned?): return type.isInteger
            case ("str", _): return false
            case _:
                if case .enumeration(let values)? = schema.definition(type.name)?.kind {
                    return values.contains { $0.name == text }
                }
                return schema.definition(type.name) != nil && json?.objectValue != nil
            }
        }
        let isText = { (type: Schema.TypeName) -> Bool in
            if case .enumeration? = schema.definition(type.name)?.kind { return true }
            return type == Schema.TypeName("str")
        }
        return types.first(where: isFitting) ?? types.first(where: isText)
    }
}
