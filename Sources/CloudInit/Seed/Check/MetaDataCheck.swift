import HostSupport
import YAML

/// Examines a meta-data.
struct MetaDataCheck {
    private(set) var findings: [SeedFinding] = []
    /// Whether it brings ssh keys for the image's default user.
    private(set) var hasPublicKeys = false
    /// Whether it describes the network.
    private(set) var hasInterfaces = false

    private(set) var instanceID: String?

    private static let known = [
        "instance-id", "local-hostname", "hostname", "public-keys", "dsmode", "network-interfaces", "availability-zone",
        "region", "cloud-name", "platform", "instance_id", "local_hostname", "seedfrom",
    ]

    init(_ text: String) {
        var findings = SeedFindings(.metaData)
        examine(text, into: &findings)
        self.findings = findings.sorted
    }

    private mutating func examine(_ text: String, into findings: inout SeedFindings) {
        guard !TextLines.isBlank(text) else { return identityMissing(at: nil, into: &findings) }
        guard let root = YAMLText.root(of: text, into: &findings) else { return }
        guard let data = root.mapping else {
            findings.error(
                "meta-data must be a mapping, but this is \(YAMLKind(root).rawValue)",
                at: root,
                hint: "write \"instance-id: NAME\"",
            )
            return
        }
        if data["instance-id"] == nil || data["instance-id"]?.string?.isEmpty == true {
            identityMissing(at: nil, into: &findings)
        }
        instanceID = data["instance-id"]?.string
        for (key, value) in data {
            guard let name = key.string else { continue }
            switch name {
            case "public-keys":
                hasPublicKeys = true
                let texts =
                    value.sequence?.compactMap(\.string) ?? value.string.map { TextLines.of($0).map(String.init) } ?? []
                for text in texts where !TextLines.isBlank(text) {
                    guard let trouble = PublicKeyText.trouble(of: text) else { continue }
                    findings.error(trouble.message, at: value, hint: trouble.hint)
                }
            case "local-hostname":
                if let text = value.string, let bad = HostnameText.badCharacter(in: text) {
                    findings.error(
                        "the host name \"\(text)\" has a \(bad)",
                        at: value,
                        hint: "use letters, digits and hyphens only",
                    )
                }
            case "network-interfaces":
                hasInterfaces = true
                for trouble in InterfacesCheck(value.string ?? "").troubles {
                    let message = "network-interfaces, line \(trouble.line): \(trouble.message)"
                    findings.error(message, at: value, hint: trouble.hint)
                }
            case "dsmode":
                ConfigShape.word(["local", "net", "pass", "disabled"]).examine(value, path: name, into: &findings)
            default:
                // Other keys are the user's own, for templates.
                guard !Self.known.contains(name), let meant = NearestName.find(name, among: Self.known) else {
                    continue
                }
                findings.warning("meta-data has a key \"\(name)\"", at: key, hint: "write \(meant) if that is meant")
            }
        }
    }

    private func identityMissing(at node: YAMLNode?, into findings: inout SeedFindings) {
        findings.error(
            "meta-data has no instance-id, without which cloud-init may not take the seed or not apply it again",
            at: node,
            hint: "add \"instance-id: NAME\", and change it whenever the content changes",
        )
    }
}
