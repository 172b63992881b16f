import YAML

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
        let root: YAMLNode?
        do {
            root = try YAMLDocument.root(of: text)
        } catch {
            throw CloudInitError(.badSeed, "meta-data: is not valid YAML; see: quiver seed check", cause: error)
        }
        guard let mapping = root.map({ $0.mapping }) ?? [:] else {
            throw CloudInitError(.badSeed, "meta-data: is not a mapping; write it as \"instance-id: NAME\"")
        }
        let additions: [(key: String, value: YAMLNode?, option: String)] = [
            ("local-hostname", hostname.map { YAMLNode($0) }, "host name"),
            ("dsmode", mode.map { YAMLNode($0) }, "mode"),
            ("network-interfaces", interfaces.map { YAMLNode($0) }, "interfaces"),
            ("public-keys", publicKeys.isEmpty ? nil : YAMLNode(publicKeys.map { YAMLNode($0) }), "ssh keys"),
        ]
        var added: [(YAMLNode, YAMLNode)] = []
        if mapping["instance-id"] == nil { added.append(("instance-id", YAMLNode(instanceID))) }
        for (key, value, option) in additions {
            guard let value else { continue }
            guard mapping[key] == nil else {
                throw CloudInitError(
                    .badSeed,
                    "meta-data: already has a \(key); give the \(option) either there or as an option",
                )
            }
            added.append((YAMLNode(key), value))
        }
        if added.isEmpty { return text }
        do {
            // A text with one key per line gets more lines; JSON and similar text is written from scratch.
            if mapping.isEmpty || text.drop(while: \.isWhitespace).hasPrefix("{") || root?.mark?.column != 1 {
                return try YAMLNode(mapping.map { ($0.key, $0.value) } + added).text()
            }
            let start = text.hasSuffix("\n") ? text : text + "\n"
            return start + (try YAMLNode(added).text())
        } catch {
            throw CloudInitError(.badSeed, "meta-data: cannot be written again as YAML", cause: error)
        }
    }
}
