#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A MIME multi-part message, as far as cloud-init's user-data needs it: one level of parts.
struct MultipartMessage {
    struct Part {
        /// The content type in lower case, without its parameters.
        let type: String
        let encoding: String
        let body: String
        /// The line of the part's boundary, counted from 1.
        let line: Int
        /// The line of the body's first line, counted from 1.
        let bodyLine: Int

        /// The body as text; nil when its encoding is not understood here.
        var decoded: String? {
            switch encoding {
            case "", "7bit", "8bit", "binary": body
            case "base64":
                Data(base64Encoded: body.filter { !$0.isWhitespace }).map { String(decoding: $0, as: UTF8.self) }
            default: nil
            }
        }
    }

    static let knownTypes: Set<String> = [
        "multipart/mixed", "text/cloud-boothook", "text/cloud-config", "text/cloud-config-archive",
        "text/cloud-config-jsonp", "text/jinja2", "text/part-handler", "text/plain", "text/upstart-job",
        "text/x-include-once-url", "text/x-include-url", "text/x-shellscript", "text/x-shellscript-per-boot",
        "text/x-shellscript-per-instance", "text/x-shellscript-per-once",
    ]

    let boundary: String?
    private(set) var parts: [Part] = []

    init(_ text: String) {
        let lines = TextLines.of(text).map(String.init)
        let (headers, bodyStart) = Self.headers(lines, from: 0)
        boundary = headers["content-type"].flatMap(Self.boundary)
        guard let boundary else { return }
        var index = bodyStart
        var start: Int?
        while index < lines.count {
            let line = lines[index]
            if line.hasPrefix("--\(boundary)") {
                if let start { parts.append(Self.part(lines[..<index], from: start)) }
                start = line.hasPrefix("--\(boundary)--") ? nil : index
                if start == nil { return }
            }
            index += 1
        }
        if let start { parts.append(Self.part(lines[...], from: start)) }
    }

    private static func part(_ lines: ArraySlice<String>, from boundary: Int) -> Part {
        let (headers, body) = headers(Array(lines), from: boundary + 1)
        let type = headers["content-type"]?.prefix { $0 != ";" } ?? "text/plain"
        return Part(
            type: type.lowercased().filter { !$0.isWhitespace },
            encoding: (headers["content-transfer-encoding"] ?? "").lowercased().filter { !$0.isWhitespace },
            body: body < lines.endIndex ? lines[body...].joined(separator: "\n") : "",
            line: boundary + 1,
            bodyLine: body + 1,
        )
    }

    /// The headers by their names in lower case, and the index of the line after the blank one that ends them.
    private static func headers(_ lines: [String], from start: Int) -> (headers: [String: String], next: Int) {
        var headers: [String: String] = [:]
        var last: String?
        var index = start
        while index < lines.count, !lines[index].isEmpty {
            let line = lines[index]
            if line.first?.isWhitespace == true, let last {
                headers[last, default: ""] += " " + line
            } else if let colon = line.firstIndex(of: ":") {
                let name = line[..<colon].lowercased()
                headers[name] = String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
                last = name
            }
            index += 1
        }
        return (headers, min(index + 1, lines.count))
    }

    private static func boundary(in contentType: String) -> String? {
        let lowered = contentType.lowercased()
        guard let range = lowered.firstRange(of: "boundary=") else { return nil }
        let value = contentType.dropFirst(lowered.distance(from: lowered.startIndex, to: range.upperBound))
        let text =
            value.hasPrefix("\"")
            ? value.dropFirst().prefix { $0 != "\"" }
            : value.prefix { $0 != ";" && !$0.isWhitespace }
        return text.isEmpty ? nil : String(text)
    }
}
