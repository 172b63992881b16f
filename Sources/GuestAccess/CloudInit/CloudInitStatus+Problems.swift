extension CloudInitStatus.Problem {
    /// Reads one of cloud-init's error texts.
    ///
    /// Most are a Python tuple of the module and the exception, as in `('locale', ProcessExecutionError("…"))`; others
    /// are plain sentences.
    init(text: String, stage: String?, isRecoverable: Bool) {
        guard let (module, exception) = Self.tuple(text) else {
            self.init(stage: stage, module: nil, message: Self.firstLines(text), isRecoverable: isRecoverable)
            return
        }
        self.init(stage: stage, module: module, message: Self.message(of: exception), isRecoverable: isRecoverable)
    }

    private static func tuple(_ text: String) -> (module: String, exception: String)? {
        guard text.hasPrefix("('"), text.hasSuffix(")") else { return nil }
        let inside = text.dropFirst(2).dropLast()
        guard let quote = inside.firstIndex(of: "'") else { return nil }
        let rest = inside[inside.index(after: quote)...]
        guard rest.hasPrefix(", ") else { return nil }
        return (String(inside[..<quote]), String(rest.dropFirst(2)))
    }

    /// The message within an exception's Python spelling: `RuntimeError('no such thing')` says `no such thing`.
    private static func message(of exception: String) -> String {
        guard let open = exception.firstIndex(of: "("), exception.hasSuffix(")") else { return firstLines(exception) }
        var inside = exception[exception.index(after: open)...].dropLast()
        if let quote = inside.first, quote == "'" || quote == "\"", inside.last == quote, inside.count > 1 {
            inside = inside.dropFirst().dropLast()
        }
        return firstLines(String(inside))
    }

    /// The text in one line: a failed command is told by what it was and how it ended.
    private static func firstLines(_ text: String) -> String {
        var plain = ""
        var isEscaped = false
        for character in text {
            switch (isEscaped, character) {
            case (true, "n"): plain.append("\n")
            case (true, _): plain.append(character)
            case (false, "\\"): break
            case (false, _): plain.append(character)
            }
            isEscaped = !isEscaped && character == "\\"
        }
        let lines = plain.split(separator: "\n").filter { line in
            !line.allSatisfy(\.isWhitespace) && !line.hasSuffix(": -")
        }
        return lines.prefix(6).joined(separator: "; ")
    }
}
