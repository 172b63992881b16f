/// A MIME message of several parts, as cloud-init takes it for a user-data.
struct MultipartText {
    let parts: [(type: String, body: String)]

    var text: String {
        let bodies = parts.map { "--==part==\nContent-Type: \($0.type); charset=\"utf-8\"\n\n\($0.body)" }
        return "Content-Type: multipart/mixed; boundary=\"==part==\"\nMIME-Version: 1.0\n\n"
            + bodies.joined(separator: "\n") + "\n--==part==--\n"
    }
}
