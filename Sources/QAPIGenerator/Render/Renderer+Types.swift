import QAPISchema

extension Renderer {
    /// An open enum: a struct around its spelling.
    func renderEnum(_ definition: Definition, values: [EnumValue], module: String) -> SourceText {
        var text = SourceText()
        text.doc(docs.lines("QAPI enum `\(definition.name)`.", definition, kind: "enum", module: module))
        text.block("public struct \(names.type(definition.name)): QAPIEnum") { text in
            text.line("public let rawValue: String")
            text.blank()
            text.line("public init(rawValue: String) { self.rawValue = rawValue }")
            text.blank()
            for value in values {
                let name = SwiftName.escaped(SwiftName.lower(value.name))
                text.doc(docs.lines(since: value.since, last: value.last, features: value.features))
                text.line("public static var \(name): Self { Self(rawValue: \"\(value.name)\") }")
            }
            text.blank()
            text.line("/// The values that the compiled schema knows.")
            text.block("public static var allCases: [Self]") { text in
                text.line("[")
                for value in values { text.line("    .\(SwiftName.member(SwiftName.lower(value.name))),") }
                text.line("]")
            }
        }
        return text
    }

    func renderStruct(_ definition: Definition, members: [Member], module: String) -> SourceText {
        let fields = fields(members, of: definition.name)
        var text = SourceText()
        text.doc(docs.lines("QAPI struct `\(definition.name)`.", definition, kind: "object", module: module))
        text.block("public struct \(names.type(definition.name)): QAPIObject") { text in
            for field in fields { field.renderProperty(to: &text) }
            renderInit(fields, to: &text)
            renderConversions(fields, to: &text)
        }
        return text
    }

    /// An enum with a case for each JSON type that the alternate allows.
    func renderAlternate(_ definition: Definition, branches: [Branch], module: String) -> SourceText {
        let isIndirect = recursion.indirect.contains(definition.name)
        var text = SourceText()
        text.doc(docs.lines("QAPI alternate `\(definition.name)`.", definition, kind: "alternate", module: module))
        text.block("public \(isIndirect ? "indirect " : "")enum \(names.type(definition.name)): QAPIValue") { text in
            for branch in branches {
                text.line(
                    "case \(choiceName(branch))" + (branch.type.name == "null" ? "" : "(\(names.type(branch.type)))")
                )
            }
            text.blank()
            text.block("public init(json: JSON) throws(JSONError)") { text in
                text.line("switch json {")
                for branch in branches {
                    let name = choiceName(branch)
                    let value = branch.type.name == "null" ? "" : "(try \(names.type(branch.type))(json: json))"
                    text.line("case \(jsonCases(branch.type)): self = .\(name)\(value)")
                }
                let expected = branches.map { jsonKind($0.type) }.joined(separator: " or ")
                text.line("default: throw .mismatch(json, expected: \"\(expected)\")")
                text.line("}")
            }
            text.blank()
            text.block("public var json: JSON") { text in
                text.line("switch self {")
                for branch in branches {
                    let name = choiceName(branch)
                    text.line(
                        branch.type.name == "null" ? "case .\(name): .null" : "case .\(name)(let value): value.json"
                    )
                }
                text.line("}")
            }
        }
        return text
    }

    /// QAPI's name of the choice, which is not on the wire; where it is one letter, what it holds.
    private func choiceName(_ branch: Branch) -> String {
        let name = SwiftName.lower(branch.name)
        guard name.count == 1 else { return SwiftName.escaped(name) }
        switch branch.type.name {
        case "str": return "string"
        case "null": return "null"
        case "bool": return "bool"
        case "int": return "integer"
        default: return name
        }
    }

    private func jsonCases(_ type: TypeName) -> String {
        if type.isArray { return ".array" }
        switch type.name {
        case "null": return ".null"
        case "bool": return ".bool"
        case "number": return ".double, .integer, .unsigned"
        case "str": return ".string"
        case _ where type.isBuiltIn: return ".integer, .unsigned"
        case _ where values(ofEnum: type.name).isEmpty: return ".object"
        default: return ".string"
        }
    }

    private func jsonKind(_ type: TypeName) -> String {
        switch jsonCases(type) {
        case ".array": "an array"
        case ".null": "null"
        case ".bool": "a boolean"
        case ".string": "a string"
        case ".object": "an object"
        default: "a number"
        }
    }
}
