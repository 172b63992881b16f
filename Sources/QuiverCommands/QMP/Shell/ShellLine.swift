import WireJSON

/// The meaning of a line in the shell.
enum ShellLine: Equatable {
    case nothing
    case leave
    /// Explain the shell, or a command, event or type.
    case help(String?)
    /// The words are the arguments, as `quiver qmp call` takes them.
    case call(String, [String])
    case execute(String, JSONObject, outOfBand: Bool)

    /// Reads a line: a command in JSON, or a command's name and its arguments, in quotes where they contain spaces.
    init(_ line: String) throws {
        let text = String(line.trimmingPrefix { $0.isWhitespace })
        if text.hasPrefix("{") {
            let (name, arguments, outOfBand) = try MonitorScript.command(text)
            self = .execute(name, arguments, outOfBand: outOfBand)
            return
        }
        let name = String(text.prefix { !$0.isWhitespace })
        let rest = String(text.dropFirst(name.count).trimmingPrefix { $0.isWhitespace })
        let words = rest.hasPrefix("{") ? [rest] : try Self.words(rest)
        switch name {
        case "",
            _ where name.hasPrefix("#"):
            self = .nothing
        case "exit": self = .leave
        case "help", "?": self = .help(words.first)
        case "quit":
            // A user who types it in a shell wants to leave the shell.
            let advice = #"leave with exit or Ctrl-D, end QEMU with {"execute": "quit"}"#
            throw CommandFailure(.usage, "quit would end QEMU itself: \(advice)")
        default: self = .call(name, words)
        }
    }

    /// Splits at spaces, except inside single or double quotes.
    private static func words(_ text: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            switch (quote, character) {
            case (let open?, _) where character == open: quote = nil
            case (.some, _): word = (word ?? "") + String(character)
            case (nil, "\""), (nil, "'"):
                quote = character
                word = word ?? ""
            case (nil, _) where character.isWhitespace:
                if let word { words.append(word) }
                word = nil
            case (nil, _): word = (word ?? "") + String(character)
            }
        }
        if let quote { throw CommandFailure(.usage, "a quote is not closed: \(quote)") }
        return words + (word.map { [$0] } ?? [])
    }
}
