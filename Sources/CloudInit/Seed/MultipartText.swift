/// Parts of a user-data or vendor-data in the making, as one MIME message.
package struct MultipartText {
    /// One part: its content type as in `text/cloud-config`, and what it says.
    package struct Part {
        let type: String
        let body: String

        package init(type: String, body: String) {
            self.type = type
            self.body = body
        }
    }

    private let boundary: String
    private let parts: [Part]

    package init(boundary: String, parts: [Part]) {
        self.boundary = boundary
        self.parts = parts
    }

    package var text: String {
        "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\nMIME-Version: 1.0\n\n"
            + parts.map { Self.text(of: $0, boundary: boundary) }.joined() + "--\(boundary)--\n"
    }

    private static func text(of part: Part, boundary: String) -> String {
        "--\(boundary)\nContent-Type: \(part.type); charset=\"utf-8\"\nMIME-Version: 1.0\n\n\(part.body)\n"
    }

    /// A message that somebody else wrote, with a part after its own; nil when it has no boundary.
    static func adding(_ part: Part, to message: String) -> String? {
        guard let boundary = MultipartMessage(message).boundary else { return nil }
        let lines = TextLines.of(message)
        let end = lines.firstIndex { $0.hasPrefix("--\(boundary)--") } ?? lines.endIndex
        let before = lines[..<end].joined(separator: "\n")
        return (before.hasSuffix("\n") ? before : before + "\n") + text(of: part, boundary: boundary)
            + "--\(boundary)--\n"
    }
}
