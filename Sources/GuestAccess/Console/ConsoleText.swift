/// A guest's console output as plain text.
package enum ConsoleText {
    /// The lines; a carriage return also ends one, since systemd redraws its own.
    package static func lines(of text: some StringProtocol) -> [String] {
        text.split(whereSeparator: \.isNewline).map { withoutEscapes($0[...]) }
    }

    /// The text without the terminal's escape sequences, such as colours.
    package static func withoutEscapes(_ text: some StringProtocol) -> String {
        var plain = ""
        var isEscape = false
        for character in text {
            switch (isEscape, character) {
            case (false, "\u{1B}"): isEscape = true
            case (true, let end) where end.isLetter: isEscape = false
            case (true, _): break
            case (false, _): plain.append(character)
            }
        }
        return plain
    }
}
