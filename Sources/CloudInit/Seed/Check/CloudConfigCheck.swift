import HostSupport
import YAML

/// Examines a cloud-config: unknown keys, wrong types, and values with correct types that are probably not intended.
struct CloudConfigCheck {
    /// Whether the image's default user gets keys from the meta-data.
    let hasKeysElsewhere: Bool

    func examine(_ root: YAMLNode, into findings: inout SeedFindings) {
        guard let config = root.mapping else {
            findings.error(
                "cloud-config must be a mapping, but this is \(YAMLKind(root).rawValue)",
                at: root,
                hint: "write \"key: value\", as in \"packages: [git]\"",
            )
            return
        }
        for (key, value) in config {
            let name = key.string ?? ""
            if let shape = CloudConfigKeys.all[name] {
                if YAMLKind(value) == .null {
                    findings.warning("\(name) is empty", at: key, hint: "give it a value or remove it")
                } else {
                    shape.examine(value, path: name, into: &findings)
                }
            } else {
                unknown(name, at: key, into: &findings)
            }
        }
        UserTraps(config, hasKeysElsewhere: hasKeysElsewhere).examine(into: &findings)
        ModuleTraps(config).examine(into: &findings)
    }

    private func unknown(_ name: String, at key: YAMLNode, into findings: inout SeedFindings) {
        if let meant = NearestName.find(name, among: CloudConfigKeys.all.keys) {
            findings.error("cloud-init has no key \"\(name)\" and ignores it", at: key, hint: "write \(meant)")
        } else {
            findings.warning(
                "cloud-init has no key \"\(name)\" and ignores it",
                at: key,
                hint: "remove it, or indent it if it belongs to the key above",
            )
        }
    }
}
