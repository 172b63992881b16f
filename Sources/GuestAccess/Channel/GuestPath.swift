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
    /// The text with control characters escaped, so that it neither moves a terminal's cursor nor forges lines.
    ///
    /// - Parameter limit: The most characters; the rest is left out, with three dots in its place.
    package static func shown(_ text: String, atMost limit: Int = 4000) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if scalar.properties.generalCategory == .control {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > limit ? shown + "..." : shown
    }
}
