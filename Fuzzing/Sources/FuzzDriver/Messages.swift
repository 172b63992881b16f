package import GuestAccess

extension MessageReader.Incoming {
    /// The messages, cut-offs and unreadable pieces in bytes that a guest sent, as a channel brings them.
    package static func all(in bytes: [UInt8]) -> [Self] {
        var reader = MessageReader()
        bytes.withUnsafeBytes { reader.append($0) }
        var found: [Self] = []
        while let incoming = reader.next() { found.append(incoming) }
        return found
    }
}

/// Ends the process if a text that is shown to people could move a terminal's cursor or begin a line.
package func checkShown(_ text: String) {
    let shown = GuestText.shown(text)
    guard !shown.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        fatalError("a control character is shown: \(shown.debugDescription)")
    }
    guard shown.unicodeScalars.count <= 4003 + 8 * 4000 else { fatalError("longer than its limit") }
}
