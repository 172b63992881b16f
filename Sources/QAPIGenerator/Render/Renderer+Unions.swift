import QAPISchema

extension Renderer {
    /// A struct of the common members and a `Branch` enum, and an extension with a factory for each branch.
    func renderUnion(_ definition: Definition, _ union: Union, module: String) -> [SourceText] {
        let typeName = names.type(definition.name)
        let discriminator = union.members.first { $0.name == union.discriminator }
        let tagEnum = discriminator?.type.name ?? "str"
        let common = fields(union.members.filter { $0.name != union.discriminator }, of: definition.name)
        let cases = branchCases(union, values: values(ofEnum: tagEnum))
        let tag = Tag(
            wire: union.discriminator,
            name: SwiftName.escaped(SwiftName.lower(union.discriminator)),
            type: names.type(tagEnum),
            untagged: union.untagged,
            unknown: cases.contains { $0.name == "unknown" } ? "unrecognized" : "unknown",
        )
        let isIndirect = recursion.indirect.contains(definition.name)

        var text = SourceText()
        text.doc(docs.lines("QAPI union `\(definition.name)`.", definition, kind: "object", module: module))
        text.block("public struct \(typeName): QAPIObject") { text in
            for field in common { field.renderProperty(to: &text) }
            text.line("/// What depends on `\(union.discriminator)`.")
            text.line("public var branch: Branch")
            renderInit(common, extra: [("branch: Branch", "self.branch = branch")], to: &text)
            text.blank()
            text.line("/// Which branch this is.")
            text.line("public var \(tag.name): \(tag.type) { branch.\(tag.name) }")
            text.blank()
            text.block("public init(members object: JSONObject) throws(JSONError)") { text in
                for field in common { field.renderRead(to: &text) }
                text.line("self.branch = try Branch(members: object)")
            }
            text.blank()
            text.block("public func write(to object: inout JSONObject)") { text in
                text.line("object.set(\"\(tag.wire)\", \(tag.name))")
                for field in common { field.renderWrite(to: &text) }
                text.line("branch.write(to: &object)")
            }
            text.blank()
            text.line("/// What depends on `\(union.discriminator)`.")
            text.block("public \(isIndirect ? "indirect " : "")enum Branch: Sendable") { text in
                renderBranch(cases, tag, to: &text)
            }
        }
        return [text] + renderFactories(cases, common: common, typeName: typeName)
    }

    private struct Tag {
        let wire: String
        let name: String
        let type: String
        /// The value of an object that has none, as older QEMUs send it; nil where every object has one.
        let untagged: String?
        /// The case for a value that the compiled schema does not know.
        let unknown: String
    }

    private struct BranchCase {
        let wire: String
        let plainName: String
        /// The name of the type with the branch's members, as QAPI has it; nil for a branch without members.
        let type: TypeName?

        /// The name where it is declared.
        var name: String { SwiftName.escaped(plainName) }
        /// The name after a dot.
        var member: String { SwiftName.member(plainName) }
    }

    private func branchCases(_ union: Union, values: [EnumValue]) -> [BranchCase] {
        let declared = Set(union.branches.map(\.name))
        let spelled = union.branches.map { ($0.name, Optional($0.type)) }
        let bare = values.filter { !declared.contains($0.name) }.map { ($0.name, TypeName?.none) }
        return (spelled + bare).map { name, type in
            BranchCase(wire: name, plainName: SwiftName.lower(name), type: type)
        }
    }

    private func renderBranch(_ cases: [BranchCase], _ tag: Tag, to text: inout SourceText) {
        for branch in cases {
            text.line("case \(branch.name)" + (branch.type.map { "(\(names.type($0)))" } ?? ""))
        }
        text.line("/// A branch that the compiled schema does not know, with all members.")
        text.line("case \(tag.unknown)(\(tag.type), JSONObject)")
        text.blank()
        text.line("/// Which branch this is.")
        text.block("public var \(tag.name): \(tag.type)") { text in
            text.line("switch self {")
            for branch in cases { text.line("case .\(branch.member): .\(branch.member)") }
            text.line("case .\(tag.unknown)(let tag, _): tag")
            text.line("}")
        }
        text.blank()
        text.block("init(members object: JSONObject) throws(JSONError)") { text in
            if let untagged = tag.untagged {
                text.line("// QEMU \(schema.versions.last ?? "") sends no `\(tag.wire)`: it knew this branch only.")
                text.line("let sent: \(tag.type)? = try object.optionalValue(\"\(tag.wire)\")")
                text.line("let tag = sent ?? \(tag.type)(rawValue: \"\(untagged)\")")
            } else {
                text.line("let tag: \(tag.type) = try object.value(\"\(tag.wire)\")")
            }
            text.line("switch tag.rawValue {")
            for branch in cases {
                let value = branch.type.map { "(try \(names.type($0))(members: object))" } ?? ""
                text.line("case \"\(branch.wire)\": self = .\(branch.member)\(value)")
            }
            text.line("default: self = .\(tag.unknown)(tag, object)")
            text.line("}")
        }
        text.blank()
        text.block("func write(to object: inout JSONObject)") { text in
            text.line("switch self {")
            let bare = cases.filter { $0.type == nil }
            if !bare.isEmpty { text.line("case \(bare.map { ".\($0.member)" }.joined(separator: ", ")): break") }
            for branch in cases where branch.type != nil {
                text.line("case .\(branch.member)(let value): value.write(to: &object)")
            }
            text.line("case .\(tag.unknown)(_, let members): object.setMissing(from: members)")
            text.line("}")
        }
    }

    /// The factories, in several extensions where there are so many that one would fill a file.
    private func renderFactories(_ cases: [BranchCase], common: [Field], typeName: String) -> [SourceText] {
        stride(from: 0, to: cases.count, by: 16).map { start in
            var text = SourceText()
            text.block("extension \(typeName)") { text in
                for branch in cases[start..<min(start + 16, cases.count)] {
                    renderFactory(branch, common: common, to: &text)
                }
            }
            return text
        }
    }

    private func renderFactory(_ branch: BranchCase, common: [Field], to text: inout SourceText) {
        var parameters = common.map(\.parameter)
        var payload = ""
        if let type = branch.type {
            if let members = members(ofStruct: type.name) {
                let fields = fields(members, of: type.name)
                parameters += fields.map(\.parameter)
                payload = "(\(names.type(type))(\(fields.map(\.argument).joined(separator: ", "))))"
            } else {
                parameters.append("_ value: \(names.type(type))")
                payload = "(value)"
            }
        }
        text.blank()
        text.line("/// The branch `\(branch.wire)`.")
        if parameters.isEmpty {
            text.line("public static var \(branch.name): Self { Self(branch: .\(branch.member)) }")
            return
        }
        text.block("public static func \(branch.name)(\(parameters.joined(separator: ", "))) -> Self") { text in
            let arguments = common.map(\.argument) + ["branch: .\(branch.member)\(payload)"]
            text.line("Self(\(arguments.joined(separator: ", ")))")
        }
    }
}
