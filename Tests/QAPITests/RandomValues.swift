import QAPISchema
import WireJSON

@testable import QAPI

/// Makes random values of a schema's types, as they would be on the wire.
struct RandomValues {
    let schema: CompiledSchema
    /// Whether every optional member is there; otherwise about half of them are.
    let isFull: Bool
    private var state: UInt64

    /// Beyond this depth, only what must be there is.
    private let deepest: Int = 5

    init(_ schema: CompiledSchema, seed: UInt64, isFull: Bool) {
        self.schema = schema
        self.isFull = isFull
        state = seed &+ 0x9E37_79B9_7F4A_7C15
    }

    mutating func value(of type: Schema.TypeName, depth: Int = 0) -> JSON {
        if let element = type.element {
            let count = depth > deepest ? 0 : (isFull ? 1 : Int(next() % 3))
            return .array((0..<count).map { _ in value(of: element, depth: depth + 1) })
        }
        guard let definition = schema.definition(type.name) else { return builtIn(type.name) }
        switch definition.kind {
        case .enumeration(let values): return .string(values.randomElement(using: &self)?.name ?? "none")
        case .alternate(let branches): return choice(branches, depth: depth)
        case .structure, .union, .command, .event: return .object(object(definition, depth: depth))
        }
    }

    mutating func object(_ definition: Schema.Definition, branch: String? = nil, depth: Int = 0) -> JSONObject {
        let union = schema.union(of: definition)
        var object: JSONObject = [:]
        for member in schema.members(of: definition) where member.name != union?.discriminator {
            let isThere = !member.isOptional || (depth <= deepest && (isFull || next() % 2 == 0))
            if isThere { object[member.name] = value(of: member.type, depth: depth + 1) }
        }
        guard let union else { return object }
        let shallow = union.branches.filter { isShallow($0.type) }
        let branches = depth > deepest && !shallow.isEmpty ? shallow : union.branches
        let chosen =
            branch.map { name in union.branches.first { $0.name == name } } ?? branches.randomElement(using: &self)
        guard let chosen else { return object }
        object[union.discriminator] = .string(chosen.name)
        if let definition = schema.definition(chosen.type.name) {
            object.setMissing(from: self.object(definition, depth: depth + 1))
        }
        return object
    }

    /// Whether a value of the type can be made without another union in it.
    private func isShallow(_ type: Schema.TypeName) -> Bool {
        guard let definition = schema.definition(type.name) else { return true }
        return schema.members(of: definition).allSatisfy { member in
            member.isOptional || schema.definition(member.type.name) == nil
        }
    }

    private mutating func choice(_ branches: [Schema.Branch], depth: Int) -> JSON {
        let scalars = branches.filter { $0.type.isBuiltIn }
        let branch = (depth > deepest ? scalars : branches).randomElement(using: &self) ?? branches[0]
        return value(of: branch.type, depth: depth + 1)
    }

    private mutating func builtIn(_ name: String) -> JSON {
        switch name {
        case "any":
            [.string("any"), .integer(-7), .object(["nested": .array([.null, .bool(true)])])].randomElement(
                using: &self
            ) ?? .null
        case "bool": .bool(next() % 2 == 0)
        case "int", "int64": integer(Int64.self)
        case "int16": integer(Int16.self)
        case "int32": integer(Int32.self)
        case "int8": integer(Int8.self)
        case "null": .null
        case "number": .double(Double(next() % 1_000) + 0.5)
        case "size", "uint64": integer(UInt64.self)
        case "str":
            .string(["", "a", "ä\u{0}𝄞", "/dev/null,x=y", "18446744073709551615"].randomElement(using: &self) ?? "")
        case "uint16": integer(UInt16.self)
        case "uint32": integer(UInt32.self)
        case "uint8": integer(UInt8.self)
        default: .null
        }
    }

    private mutating func integer<Value: FixedWidthInteger & JSONEncodable>(_ type: Value.Type) -> JSON {
        [Value.min, Value.max, 0, 1, Value(truncatingIfNeeded: next())].randomElement(using: &self)?.json ?? .null
    }
}

extension RandomValues: RandomNumberGenerator {
    /// SplitMix64: the same seed gives the same values everywhere.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
