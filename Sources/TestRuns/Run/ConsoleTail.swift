import HostSupport
import SystemPackage

/// The last line of a guest's console, for messages.
struct ConsoleTail {
    let lastLine: String?

    init(_ path: FilePath) {
        let text = (try? WholeFile.readText(path)) ?? ""
        let lines = text.split(whereSeparator: \.isNewline).map { Self.withoutEscapes($0) }
        lastLine = lines.last { !$0.allSatisfy(\.isWhitespace) }
    }

    /// What can be said of the console, after "the guest's console".
    var predicate: String {
        lastLine.map { "ends with: \($0)" } ?? "is empty"
    }

    /// The text without the terminal's escape sequences, such as colours.
    private static func withoutEscapes(_ text: Substring) -> String {
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
