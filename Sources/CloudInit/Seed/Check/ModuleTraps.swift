import YAML

/// Values with correct types that modules interpret in an unexpected way.
struct ModuleTraps {
    let config: YAMLNode.Mapping

    init(_ config: YAMLNode.Mapping) {
        self.config = config
    }

    func examine(into findings: inout SeedFindings) {
        if let state = config["power_state"]?.mapping { powerState(state, into: &findings) }
        for file in config["write_files"]?.sequence ?? [] { writtenFile(file, into: &findings) }
        if let hostname = config["hostname"] ?? config["fqdn"] { name(hostname, into: &findings) }
        for key in ["hostname", "fqdn"] where config[key] != nil && config["preserve_hostname"]?.bool == true {
            findings.warning(
                "preserve_hostname keeps \(key) from taking effect",
                at: config["preserve_hostname"],
                hint: "remove one of the two",
            )
            break
        }
        if let keys = config["ssh_keys"]?.mapping { hostKeys(keys, into: &findings) }
    }

    private func powerState(_ state: YAMLNode.Mapping, into findings: inout SeedFindings) {
        if let delay = state["delay"], let text = delay.string, text != "now" {
            let minutes = text.hasPrefix("+") ? text.dropFirst() : text[...]
            if minutes.isEmpty || !minutes.allSatisfy(\.isNumber) {
                findings.error(
                    "power_state.delay cannot be \"\(text)\": it counts minutes",
                    at: delay,
                    hint: "write now, or a number of minutes as in 5",
                )
            }
        }
        if let condition = state["condition"], condition.bool == false {
            findings.warning(
                "power_state.condition is false, so the machine keeps running",
                at: condition,
                hint: "remove the condition, or write a command that decides",
            )
        }
        if state["mode"]?.string == "reboot" {
            findings.warning(
                "the machine reboots when cloud-init has finished, which interrupts whatever waits for it",
                at: state["mode"],
                hint: "wait with --wait ssh, or leave it out if nothing needs the second boot",
            )
        }
    }

    private func writtenFile(_ file: YAMLNode, into findings: inout SeedFindings) {
        if let path = file["path"], let text = path.string, !text.hasPrefix("/") {
            findings.error("write_files' path \"\(text)\" does not begin at the root", at: path, hint: "write /\(text)")
        }
        guard let permissions = file["permissions"], let scalar = permissions.scalar else { return }
        let digits = scalar.string
        if YAMLKind(permissions) == .integer, !digits.hasPrefix("0") {
            findings.error(
                "permissions \(digits) without quotes is a decimal number, not the mode \(digits)",
                at: permissions,
                hint: "write \"0\(digits)\", in quotes",
            )
        } else if YAMLKind(permissions) == .string {
            let octal = digits.hasPrefix("0o") ? digits.dropFirst(2) : digits[...]
            guard octal.isEmpty || octal.contains(where: { !("0"..."7").contains($0) }) else { return }
            findings.error(
                "permissions \"\(digits)\" is not an octal mode, so the file gets the default one",
                at: permissions,
                hint: "write four octal digits in quotes, as in \"0644\"",
            )
        }
    }

    private func name(_ node: YAMLNode, into findings: inout SeedFindings) {
        guard let text = node.string, let bad = HostnameText.badCharacter(in: text) else { return }
        findings.error(
            "the host name \"\(text)\" has a \(bad)",
            at: node,
            hint: "use letters, digits and hyphens only",
        )
    }

    private func hostKeys(_ keys: YAMLNode.Mapping, into findings: inout SeedFindings) {
        for (key, value) in keys {
            guard let name = key.string else { continue }
            guard ["rsa", "ed25519", "ecdsa", "dsa"].contains(where: name.hasPrefix) else {
                findings.error(
                    "ssh_keys has no key \"\(name)\"",
                    at: key,
                    hint: "write ed25519_private and ed25519_public",
                )
                continue
            }
            if name.hasSuffix("_private"), let text = value.string, !text.contains("PRIVATE KEY") {
                findings.error(
                    "\(name) is not a private key",
                    at: value,
                    hint: "put the whole key file there, after a \"|\""
                )
            }
        }
    }
}

/// Names of hosts.
enum HostnameText {
    /// The first character that no host name may have, as people say it; nil when there is none.
    static func badCharacter(in text: String) -> String? {
        guard let bad = text.first(where: { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".")) })
        else { return nil }
        return switch bad {
        case "_": "\"_\" (an underscore)"
        case " ": "space"
        default: "\"\(bad)\""
        }
    }
}
