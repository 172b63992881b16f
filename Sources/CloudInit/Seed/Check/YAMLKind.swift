import Yams

/// What a YAML value is to cloud-init, which reads YAML 1.1.
enum YAMLKind: String {
    case mapping = "a mapping"
    case list = "a list"
    case string = "a string"
    case integer = "an integer"
    case number = "a number"
    case boolean = "a boolean"
    case null = "empty"

    init(_ node: Node) {
        switch node {
        case .mapping: self = .mapping
        case .sequence: self = .list
        case .scalar, .alias:
            switch node.tag.rawValue {
            case Tag.Name.bool.rawValue: self = .boolean
            case Tag.Name.int.rawValue: self = .integer
            case Tag.Name.float.rawValue: self = .number
            case Tag.Name.null.rawValue: self = .null
            default: self = .string
            }
        }
    }
}

/// A YAML text, parsed with the places of its values.
enum YAMLText {
    /// The root of the text's only document; nil when the text has none, or when it is no YAML, which is then a
    /// finding.
    static func root(of text: String, into findings: inout SeedFindings) -> Node? {
        do {
            return try compose(yaml: text)
        } catch let error as YamlError {
            report(error, text, into: &findings)
        } catch {
            findings.add(.error, "is not valid YAML: \(error)", line: nil, hint: "write it as YAML")
        }
        return nil
    }

    private static func report(_ error: YamlError, _ text: String, into findings: inout SeedFindings) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let line = line(mark.line, of: text)
            let during = context.map { " \($0.text) (begun in line \($0.mark.line + findings.linesBefore))" } ?? ""
            findings.add(
                .error,
                "is not valid YAML:\(during) \(problem)",
                line: mark.line,
                column: mark.column,
                hint: hint(problem, line),
            )
        case .duplicatedKeysInMapping(let names, let context):
            // The mark is the first's; the second is what takes effect.
            let name = names.first ?? ""
            findings.add(
                .error,
                "\"\(name)\" occurs twice in one mapping, and cloud-init only uses the last",
                line: context.mark.line > 0 ? context.mark.line : nil,
                hint: "put both into one \"\(name)\"",
            )
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).count(where: \.isNewline) + 1 }
            findings.add(
                .error,
                "is not valid YAML: \(problem)",
                line: line,
                hint: "remove the character, or save it as UTF-8"
            )
        default:
            findings.add(.error, "is not valid YAML: \(error)", line: nil, hint: "write it as YAML")
        }
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        let lines = TextLines.of(text)
        return lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }

    private static func hint(_ problem: String, _ line: Substring) -> String {
        if line.prefix(while: \.isWhitespace).contains("\t") { return "indent with spaces, not with tabs" }
        if problem.contains("mapping values are not allowed") {
            return "quote the text if its colon belongs to it, or fix the indentation"
        }
        if problem.contains("cannot start any token") || problem.contains("anchor") || problem.contains("alias") {
            return "quote the value"
        }
        if problem.contains("expected <block end>") || problem.contains("did not find expected key")
            || problem.contains("did not find expected '-'")
        {
            return "indent this line like the lines that it belongs to"
        }
        if problem.contains("expected ',' or") { return "close the bracket or brace" }
        if problem.contains("unexpected end of stream") { return "close the quote" }
        return "fix this line or the one before it"
    }
}
