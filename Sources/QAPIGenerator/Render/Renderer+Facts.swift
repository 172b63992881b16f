import QAPISchema
import WireJSON

extension Renderer {
    /// The merged schema's facts as text, one definition a line, for use while the program runs.
    func renderFacts() -> SourceText {
        var text = SourceText()
        text.line("/// The facts of the compiled schema, in the format of schemas/.")
        text.line("enum SchemaFacts {")
        text.line("    static let text: String = #\"\"\"")
        let head =
            "{\"format\": 1, \"interface\": \"\(schema.interface.rawValue)\", \"qemu\": \"\(schema.versions[0])\","
        let older = schema.versions.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")
        text.line("        \(head) \"older\": [\(older)], \"modules\": {")
        for (index, module) in schema.modules.enumerated() {
            text.line("        \"\(module.name)\": [")
            for (place, definition) in module.definitions.enumerated() {
                let isLast = place == module.definitions.count - 1
                text.line("        \(Self.compact(definition.json))\(isLast ? "" : ",")")
            }
            text.line("        ]\(index == schema.modules.count - 1 ? "" : ",")")
        }
        text.line("        }}")
        text.line("        \"\"\"#")
        text.line("}")
        return text
    }

    /// Facts hold no numbers but whole ones, so writing them cannot fail.
    private static func compact(_ json: JSON) -> String {
        (try? json.serialized()).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
