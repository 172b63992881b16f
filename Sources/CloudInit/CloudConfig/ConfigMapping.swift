import YAML

/// A YAML mapping in the making, whose keys keep their order and whose texts stay texts.
struct ConfigMapping {
    private var pairs: [(YAMLNode, YAMLNode)] = []

    mutating func set(_ key: String, _ value: YAMLNode?) {
        guard let value else { return }
        pairs.append((YAMLNode(key), value))
    }

    mutating func set(_ key: String, _ text: String?) {
        set(key, text.map(Self.text))
    }

    mutating func set(_ key: String, _ flag: Bool?) {
        set(key, flag.map { YAMLNode($0) })
    }

    mutating func set(_ key: String, _ number: Int?) {
        set(key, number.map { YAMLNode($0) })
    }

    mutating func set(_ key: String, _ texts: [String]) {
        set(key, list: texts.map(Self.text))
    }

    mutating func set(_ key: String, list: [YAMLNode]) {
        if !list.isEmpty { set(key, YAMLNode(list)) }
    }

    /// Adds the keys of a YAML mapping.
    mutating func add(yaml: String) throws(CloudInitError) {
        let root: YAMLNode?
        do {
            root = try YAMLDocument.root(of: yaml)
        } catch {
            throw CloudInitError(.badSeed, "the extra cloud-config is not valid YAML: \(error)", cause: error)
        }
        guard let mapping = root.map({ $0.mapping }) ?? [:] else {
            throw CloudInitError(.badSeed, "the extra cloud-config is not a mapping; write \"key: value\"")
        }
        for (key, value) in mapping {
            guard !pairs.contains(where: { $0.0 == key }) else {
                throw CloudInitError(
                    .badSeed,
                    "the extra cloud-config sets \(key.string ?? "a key") twice; set it in one place",
                )
            }
            pairs.append((key, value))
        }
    }

    var node: YAMLNode { YAMLNode(pairs) }

    func text() throws(CloudInitError) -> String {
        guard !pairs.isEmpty else { return "{}\n" }
        do {
            return try node.text()
        } catch {
            throw CloudInitError(.badSeed, "the cloud-config cannot be written as YAML", cause: error)
        }
    }

    /// A text that any reader of YAML takes for a text, also where it looks like a number or a truth value.
    static func text(_ text: String) -> YAMLNode {
        // Quoted with its tag implied: a plain 0644 or no would be read as something else.
        YAMLNode.scalar(YAMLNode.Scalar(text, .string, style: text.contains("\n") ? .literal : .doubleQuoted))
    }
}
