import YAML

/// What a YAML value is to cloud-init, which reads YAML 1.1.
enum YAMLKind: String {
    case mapping = "a mapping"
    case list = "a list"
    case string = "a string"
    case integer = "an integer"
    case number = "a number"
    case boolean = "a boolean"
    case date = "a date"
    case null = "empty"

    init(_ node: YAMLNode) {
        switch node {
        case .mapping: self = .mapping
        case .sequence: self = .list
        case .scalar(let scalar):
            switch scalar.tag {
            case .bool: self = .boolean
            case .int: self = .integer
            case .float: self = .number
            case .null: self = .null
            case .timestamp: self = .date
            case .string, .merge, .other: self = .string
            }
        }
    }
}

/// A YAML text, parsed with the places of its values.
enum YAMLText {
    /// The root of the text's only document; nil when the text has none, or when it is no YAML, which is then a
    /// finding.
    static func root(of text: String, into findings: inout SeedFindings) -> YAMLNode? {
        do {
            let document = try YAMLDocument(text)
            for duplicate in document.duplicates {
                findings.add(
                    .error,
                    "\"\(duplicate.key)\" occurs twice in one mapping, and cloud-init only uses the last",
                    line: duplicate.mark.line,
                    column: duplicate.mark.column,
                    hint: "put both into one \"\(duplicate.key)\"",
                )
            }
            return document.root
        } catch {
            report(error, text, into: &findings)
            return nil
        }
    }

    private static func report(_ error: YAMLError, _ text: String, into findings: inout SeedFindings) {
        let line = error.mark.map { Self.line($0.line, of: text) } ?? ""
        let during = error.context.map { " \($0.text) (begun in line \($0.mark.line + findings.linesBefore))" } ?? ""
        findings.add(
            .error,
            "is not valid YAML:\(during) \(error.problem)",
            line: error.mark?.line,
            column: error.mark?.column,
            hint: hint(error.problem, line),
        )
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
        if problem.contains("control characters") || problem.contains("UTF-8") {
            return "remove the character, or save it as UTF-8"
        }
        if problem.contains("second document") { return "remove the line \"---\" and what follows it" }
        return "fix this line or the one before it"
    }
}
