/// Swift source that grows line by line, indented by its open braces.
struct SourceText {
    private(set) var lines: [String] = []
    private var depth: Int = 0

    /// About how many lines there will be once the formatter has broken the long ones at their commas.
    var formattedCount: Int {
        lines.reduce(0) { count, line in
            count + (line.count <= 120 ? 1 : 2 + line.count { $0 == "," })
        }
    }

    mutating func line(_ text: String) {
        lines.append(text.isEmpty ? "" : String(repeating: "    ", count: depth) + text)
    }

    mutating func blank() {
        if let last = lines.last, !last.isEmpty, !last.hasSuffix("{") { lines.append("") }
    }

    /// Writes the head, an open brace, what `body` writes one level deeper, and the closing brace.
    mutating func block(_ head: String, _ body: (inout SourceText) -> Void) {
        line(head + " {")
        depth += 1
        body(&self)
        depth -= 1
        line("}")
    }

    /// Writes doc lines; an empty text becomes an empty doc line.
    mutating func doc(_ texts: [String]) {
        for text in texts { line(text.isEmpty ? "///" : "/// \(text)") }
    }

    mutating func append(_ other: SourceText) {
        for text in other.lines { line(text) }
    }
}
