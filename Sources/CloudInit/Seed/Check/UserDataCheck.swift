import HostSupport
import YAML

/// Examines one user-data or vendor-data, and the parts inside it.
struct UserDataCheck {
    var findings: SeedFindings
    let hasKeysElsewhere: Bool

    init(_ part: SeedFinding.Part, hasKeysElsewhere: Bool) {
        findings = SeedFindings(part)
        self.hasKeysElsewhere = hasKeysElsewhere
    }

    mutating func examine(_ text: String) {
        switch UserDataForm(text) {
        case .empty, .partHandler, .boothook: break
        case .cloudConfig: cloudConfig(text)
        case .cloudConfigArchive: archive(text)
        case .jinja: template(text)
        case .script: script(text)
        case .includes: includes(text)
        case .multipart: multipart(text)
        case .unknown: unknown(text)
        }
    }

    private mutating func cloudConfig(_ text: String) {
        guard let root = YAMLText.root(of: text, into: &findings) else { return }
        CloudConfigCheck(hasKeysElsewhere: hasKeysElsewhere).examine(root, into: &findings)
    }

    /// A template is not YAML until it is rendered in the guest; its second line says what it renders to.
    private mutating func template(_ text: String) {
        let lines = TextLines.of(text)
        let header = lines.firstIndex { !TextLines.isBlank($0) } ?? 0
        let rest = lines[(header + 1)...].joined(separator: "\n")
        switch UserDataForm(rest) {
        case .cloudConfig where !rest.contains("{{") && !rest.contains("{%"):
            findings.linesBefore += header + 1
            cloudConfig(rest)
        case .unknown, .empty:
            findings.add(
                .error,
                "the template does not say what it renders to",
                line: header + 2,
                hint: "write #cloud-config (or #! and an interpreter) below \"## template: jinja\"",
            )
        default: break
        }
    }

    private mutating func script(_ text: String) {
        guard text.contains("\r\n") else { return }
        findings.add(
            .error,
            "the file has Windows line endings, so the guest looks for an interpreter whose name ends in a carriage return",
            line: 1,
            hint: "save the script with Unix line endings",
        )
    }

    private mutating func includes(_ text: String) {
        for (number, line) in TextLines.of(text).enumerated() {
            let word = line.drop(while: \.isWhitespace)
            if word.isEmpty || word.hasPrefix("#") { continue }
            guard !["http://", "https://", "ftp://", "file://"].contains(where: word.lowercased().hasPrefix) else {
                continue
            }
            findings.add(
                .error,
                "\"\(word.prefix(40))\" is not a URL",
                line: number + 1,
                hint: "write one URL per line, with https:// or file://",
            )
        }
    }

    private mutating func archive(_ text: String) {
        guard let root = YAMLText.root(of: text, into: &findings) else { return }
        guard let items = root.sequence else {
            findings.error(
                "an archive must be a list, but this is \(YAMLKind(root).rawValue)",
                at: root,
                hint: "begin each part with \"- content: |\"",
            )
            return
        }
        for item in items where item.string == nil && item["content"] == nil {
            findings.error("a part of the archive has no content", at: item, hint: "give it \"content: |\"")
        }
    }

    private mutating func multipart(_ text: String) {
        let message = MultipartMessage(text)
        guard message.boundary != nil else {
            findings.add(
                .error,
                "the MIME message does not name its boundary",
                line: 1,
                hint: "begin with: Content-Type: multipart/mixed; boundary=\"==part==\"",
            )
            return
        }
        if message.parts.isEmpty {
            findings.add(
                .error,
                "the MIME message has no parts between its boundaries",
                line: 1,
                hint: "write --BOUNDARY before each part and --BOUNDARY-- after the last",
            )
        }
        for part in message.parts { examine(part) }
    }

    private mutating func examine(_ part: MultipartMessage.Part) {
        let before = findings.linesBefore
        defer { findings.linesBefore = before }
        let known = MultipartMessage.knownTypes
        if !known.contains(part.type) {
            let meant = NearestName.find(part.type, among: known)
            findings.add(
                meant == nil ? .warning : .error,
                "cloud-init has no handler for a part of type \(part.type)",
                line: part.line,
                hint: meant.map { "write \($0)" } ?? "use text/cloud-config or text/x-shellscript",
            )
            return
        }
        guard let text = part.decoded else { return }
        findings.linesBefore += part.bodyLine - 1
        switch part.type {
        case "text/cloud-config": cloudConfig(text)
        case "text/jinja2": break
        case "text/x-shellscript", "text/x-shellscript-per-boot", "text/x-shellscript-per-instance",
            "text/x-shellscript-per-once":
            guard UserDataForm(text) != .script else { return script(text) }
            findings.add(
                .error,
                "the script does not name its interpreter",
                line: 1,
                hint: "begin it with #!/bin/sh",
            )
        case "text/plain": examine(text)
        default: break
        }
    }

    private mutating func unknown(_ text: String) {
        let lines = TextLines.of(text)
        let number = lines.firstIndex { !TextLines.isBlank($0) } ?? 0
        let first = lines[number]
        let line = number + 1
        if first.unicodeScalars.first == "\u{FEFF}" {
            findings.add(
                .error,
                "the file begins with a byte order mark, so cloud-init does not know the first line and ignores the file",
                line: line,
                hint: "save it as UTF-8 without a byte order mark",
            )
            return
        }
        if let header = lines.firstIndex(where: { $0.lowercased().hasPrefix("#cloud-config") }) {
            findings.add(
                .error,
                "#cloud-config must be the first line but is on line \(header + 1), so cloud-init ignores the file",
                line: line,
                hint: "move #cloud-config above this line",
            )
            return
        }
        let letters = first.lowercased().filter(\.isLetter)
        let meant = NearestName.find(letters, among: ["cloudconfig", "include", "templatejinja", "cloudboothook"])
        let header =
            switch meant {
            case "include": "#include"
            case "templatejinja": "## template: jinja"
            case "cloudboothook": "#cloud-boothook"
            default: "#cloud-config"
            }
        if first.hasPrefix("#"), meant != nil {
            findings.add(
                .error,
                "cloud-init does not know the first line \"\(first.prefix(40))\" and ignores the file",
                line: line,
                hint: "write exactly \(header)",
            )
            return
        }
        findings.add(
            .error,
            "the first line does not say what the file is, so cloud-init ignores all of it",
            line: line,
            hint: "make #cloud-config the first line, or #!/bin/sh for a script",
        )
    }
}
