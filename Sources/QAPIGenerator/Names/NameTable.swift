import QAPISchema

/// The Swift names of a schema's types, commands and events, each used once.
struct NameTable {
    private var types: [String: String] = [:]
    private var commands: [String: String] = [:]
    private var events: [String: String] = [:]

    init(_ schema: Schema) {
        var taken: Set<String> = Self.reserved
        for definition in schema.definitions {
            switch definition.kind {
            case .enumeration, .structure, .union, .alternate:
                let name = Self.reserved.contains(definition.name) ? "QAPI" + definition.name : definition.name
                types[definition.name] = name
                taken.insert(name)
            case .command, .event:
                break
            }
        }
        for definition in schema.definitions {
            switch definition.kind {
            case .command:
                let plain = SwiftName.upper(definition.name)
                commands[definition.name] = taken.contains(plain) ? plain + "Command" : plain
            case .event:
                events[definition.name] = SwiftName.upper(definition.name) + "Event"
            case .enumeration, .structure, .union, .alternate:
                break
            }
        }
    }

    /// The Swift type that holds a value of the type.
    func type(_ type: TypeName) -> String {
        let element = type.builtInSwiftType ?? types[type.name] ?? type.name
        return type.isArray ? "[\(element)]" : element
    }

    func type(_ name: String) -> String { types[name] ?? name }

    func command(_ name: String) -> String { commands[name] ?? SwiftName.upper(name) }

    func event(_ name: String) -> String { events[name] ?? SwiftName.upper(name) + "Event" }

    /// Names that mean something else wherever generated code is used.
    private static let reserved: Set<String> = [
        "Any", "Array", "Bool", "Boxed", "ByteCount", "Character", "Data", "Date", "Dictionary", "Double", "Empty",
        "Error", "Event", "Float", "Int", "Int16", "Int32", "Int64", "Int8", "JSON", "JSONError", "JSONObject",
        "Never", "Optional", "Process", "QAPIEnum", "QAPIObject", "QAPIValue", "Result", "Self", "Set", "String",
        "Task", "Type", "UInt16", "UInt32", "UInt64", "UInt8", "URL", "UUID", "Void",
    ]
}
