import QAPISchema

extension Schema.TypeName {
    /// The Swift type of a built-in one, or of its elements; nil for a declared type.
    var builtInSwiftType: String? {
        switch name {
        case "any", "null": "JSON"
        case "bool": "Bool"
        case "int", "int64": "Int64"
        case "int16": "Int16"
        case "int32": "Int32"
        case "int8": "Int8"
        case "number": "Double"
        case "size": "ByteCount"
        case "str": "String"
        case "uint16": "UInt16"
        case "uint32": "UInt32"
        case "uint64": "UInt64"
        case "uint8": "UInt8"
        default: nil
        }
    }
}
