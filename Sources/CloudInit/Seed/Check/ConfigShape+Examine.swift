import HostSupport
import YAML

extension ConfigShape {
    /// Finds values of the wrong kind and unknown keys, from this value down.
    ///
    /// - Parameter path: The value's place, as in `users[1].ssh_authorized_keys`.
    func examine(_ node: YAMLNode, path: String, into findings: inout SeedFindings) {
        guard takes(node) else {
            findings.error(
                "\(path) must be \(name), but is \(YAMLKind(node).rawValue)",
                at: node,
                hint: hint(node, path),
            )
            return
        }
        switch self {
        case .anything, .string, .boolean, .integer, .null: break
        case .word(let words): examine(word: node, among: words, path, &findings)
        case .list(let shape):
            for (index, item) in (node.sequence ?? []).enumerated() {
                shape.examine(item, path: "\(path)[\(index)]", into: &findings)
            }
        case .dictionary(let shape):
            for (key, value) in node.mapping ?? [:] {
                shape.examine(value, path: "\(path).\(key.string ?? "?")", into: &findings)
            }
        case .record(let members, let required): examine(members, required, node, path, &findings)
        case .either(let shapes):
            shapes.first { $0.takes(node) }?.examine(node, path: path, into: &findings)
        }
    }

    private func examine(
        _ members: [String: ConfigShape],
        _ required: [String],
        _ node: YAMLNode,
        _ path: String,
        _ findings: inout SeedFindings,
    ) {
        let mapping = node.mapping ?? [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            if let shape = members[name] {
                if YAMLKind(value) == .null { continue }
                shape.examine(value, path: "\(path).\(name)", into: &findings)
            } else {
                let meant = NearestName.find(name, among: members.keys)
                findings.error(
                    "\(path) has no key \"\(name)\"",
                    at: key,
                    hint: meant.map { "write \($0)" }
                        ?? "remove it; the keys are \(members.keys.sorted().joined(separator: ", "))",
                )
            }
        }
        for name in required where mapping[name] == nil {
            findings.error("\(path) lacks \"\(name)\"", at: node, hint: "add \"\(name): ...\"")
        }
    }

    private func examine(
        word node: YAMLNode,
        among words: [String],
        _ path: String,
        _ findings: inout SeedFindings,
    ) {
        guard let text = node.string, !words.contains(text) else { return }
        let meant = NearestName.find(text, among: words)
        findings.error(
            "\(path) cannot be \"\(text)\"",
            at: node,
            hint: "write " + (meant ?? "one of " + words.joined(separator: ", ")),
        )
    }

    private func hint(_ node: YAMLNode, _ path: String) -> String {
        switch (self, YAMLKind(node)) {
        case (.list, .string), (.list, .integer):
            "write it as a list: \"- \(node.string ?? "...")\" on a line of its own"
        case (.list, .mapping): "begin each item with \"- \""
        case (.string, .integer), (.string, .number): "put it in quotes"
        case (.string, .boolean), (.word, .boolean):
            "put it in quotes: YAML reads an unquoted \(node.string ?? "") as true or false"
        case (.either, .mapping) where path.hasPrefix("runcmd") || path.hasPrefix("bootcmd"):
            "put the whole command in quotes: YAML reads a colon and a space as a key and its value"
        case (.boolean, .string): "write true or false, without quotes"
        case (_, .null): "give it a value or remove the key"
        default: "write \(name)"
        }
    }
}
