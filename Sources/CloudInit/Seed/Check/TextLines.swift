/// Lines of texts that may come from anywhere.
enum TextLines {
    /// The lines without their ends, which may be those of Unix or of Windows.
    static func of(_ text: String) -> [Substring] {
        // Swift takes a carriage return and a line feed for one character.
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }

    static func isBlank(_ line: some StringProtocol) -> Bool {
        line.allSatisfy(\.isWhitespace)
    }
}
