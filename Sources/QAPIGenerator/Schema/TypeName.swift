/// The name of a type as QAPI writes it: built in, declared, or an array of one.
public struct TypeName: Hashable, Sendable {
    /// The element's name for an array.
    public let name: String
    public let isArray: Bool

    /// Reads the spelling in schemas/: `str`, or `[str]` for an array.
    init(_ spelling: String) {
        isArray = spelling.hasPrefix("[")
        name = isArray ? String(spelling.dropFirst().dropLast()) : spelling
    }

    /// The Swift types of QAPI's built-in ones.
    static let builtIn: [String: String] = [
        "any": "JSON",
        "bool": "Bool",
        "int": "Int64",
        "int16": "Int16",
        "int32": "Int32",
        "int64": "Int64",
        "int8": "Int8",
        "null": "JSON",
        "number": "Double",
        "size": "ByteCount",
        "str": "String",
        "uint16": "UInt16",
        "uint32": "UInt32",
        "uint64": "UInt64",
        "uint8": "UInt8",
    ]

    var isBuiltIn: Bool { Self.builtIn[name] != nil }
}
