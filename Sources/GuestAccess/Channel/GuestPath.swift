/// Names of files that a guest sent.
package enum GuestPath {
    /// Whether a guest may use this name on the host: one component that a terminal shows unchanged.
    package static func isSafe(component: String) -> Bool {
        !component.isEmpty && component != "." && component != ".." && component.utf8.count <= 255
            && !component.unicodeScalars.contains { $0 == "/" || $0.properties.generalCategory == .control }
    }

    /// Whether a name is a relative path without `..`, empty components and control characters, of at most 4,095 bytes.
    package static func isSafe(_ name: String) -> Bool {
        name.utf8.count < 4096
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isSafe(component: String($0)) }
    }
}

/// Texts that a guest sent, in messages for people.
package enum GuestText {
    /// The text with control characters escaped, so that it neither moves a terminal's cursor nor forges lines, and with
    /// those that turn the direction of writing, so that it does not read as something else.
    ///
    /// - Parameter limit: The most characters; the rest is left out, with three dots in its place.
    package static func shown(_ text: String, atMost limit: Int = 4000) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if scalar.properties.generalCategory == .control || scalar.turnsWriting {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > limit ? shown + "..." : shown
    }

    /// The text with its line breaks as they are, and each line as ``shown(_:atMost:)`` gives it.
    package static func shownLines(_ text: String) -> String {
        // By scalars: a carriage return and a line feed are one character.
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { shown(String($0), atMost: .max) }
            .joined(separator: "\n")
    }
}

extension Unicode.Scalar {
    /// Whether it embeds, overrides or isolates a direction of writing, or ends that, by Unicode's bidirectional
    /// algorithm.
    fileprivate var turnsWriting: Bool {
        ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
    }
}
