import Yams

extension MetaData {
    /// Adds to a meta-data of the user's own what it lacks, and leaves the rest as it is written.
    ///
    /// - Parameter instanceID: Used when the text has none.
    /// - Throws: ``CloudInitError`` with code `badSeed` when the text is not a mapping, or has a value of its own for
    ///   something that is to be added.
    public static func merged(
        into text: String,
        instanceID: String,
        hostname: String? = nil,
        publicKeys: [String] = [],
        mode: String? = nil,
        interfaces: String? = nil,
    ) throws(CloudInitError) -> String {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw CloudInitError(.badSeed, "meta-data: is not valid YAML; see: quiver seed check", cause: error)
        }
        guard let mapping = root.map({ $0.mapping }) ?? [:] else {
            throw CloudInitError(.badSeed, "meta-data: is not a mapping; write it as \"instance-id: NAME\"")
        }
        let additions: [(key: String, value: Node?, option: String)] = [
            ("local-hostname", hostname.map { Node($0) }, "host name"),
            ("dsmode", mode.map { Node($0) }, "mode"),
            ("network-interfaces", interfaces.map { Node($0) }, "interfaces"),
            ("public-keys", publicKeys.isEmpty ? nil : Node(publicKeys.map { Node($0) }), "ssh keys"),
        ]
        var added: [(Node, Node)] = []
        if mapping["instance-id"] == nil { added.append(("instance-id", Node(instanceID))) }
        for (key, value, option) in additions {
            guard let value else { continue }
            guard mapping[key] == nil else {
                throw CloudInitError(
                    .badSeed,
                    "meta-data: already has a \(key); give the \(option) either there or as an option",
                )
            }
            added.append((Node(key), value))
        }
        if added.isEmpty { return text }
        do {
            // A text with one key per line gets more lines; JSON and similar text is written from scratch.
            if mapping.isEmpty || text.drop(while: \.isWhitespace).hasPrefix("{") || root?.mark?.column != 1 {
                return try serialize(
                    node: Node(mapping.map { ($0.key, $0.value) } + added),
                    width: -1,
                    allowUnicode: true
                )
            }
            let start = text.hasSuffix("\n") ? text : text + "\n"
            return start + (try serialize(node: Node(added), width: -1, allowUnicode: true))
        } catch {
            throw CloudInitError(.badSeed, "meta-data: cannot be written again as YAML", cause: error)
        }
    }
}
