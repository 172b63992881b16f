import YAML

/// Problems with users and keys whose types are correct: machines that nobody can log in to.
struct UserTraps {
    let config: YAMLNode.Mapping
    let hasKeysElsewhere: Bool

    init(_ config: YAMLNode.Mapping, hasKeysElsewhere: Bool) {
        self.config = config
        self.hasKeysElsewhere = hasKeysElsewhere
    }

    private static let waysIn = [
        "ssh_authorized_keys", "ssh-authorized-keys", "ssh_import_id", "ssh-import-id", "passwd", "hashed_passwd",
        "plain_text_passwd", "snapuser",
    ]

    func examine(into findings: inout SeedFindings) {
        if let keys = config["ssh_authorized_keys"] { examine(keys, into: &findings) }
        guard let users = config["users"] else { return }
        guard let items = users.sequence, !items.isEmpty else { return }
        for item in items { examine(user: item, into: &findings) }
        guard !items.contains(where: isDefault) else { return }
        guard hasKeysElsewhere || config["ssh_authorized_keys"] != nil || config["password"] != nil else { return }
        let whose =
            config["ssh_authorized_keys"] != nil ? "the keys of ssh_authorized_keys" : "the keys given beside user-data"
        findings.warning(
            "users leaves out the image's default user, so \(hasKeysElsewhere ? "the keys given beside user-data" : whose) have no effect",
            at: users,
            hint: "add \"- default\" as the first item",
        )
    }

    private func isDefault(_ item: YAMLNode) -> Bool {
        item.string == "default" || item["name"]?.string == "default" || item["default"]?.bool == true
    }

    private func examine(user: YAMLNode, into findings: inout SeedFindings) {
        guard let member = user.mapping else { return }
        guard let name = (member["name"] ?? member["snapuser"])?.string else {
            findings.error("a user has no name, so it is skipped", at: user, hint: "add \"name: ...\"")
            return
        }
        for key in ["ssh_authorized_keys", "ssh-authorized-keys"] {
            if let keys = member[key] { examine(keys, into: &findings) }
        }
        guard member["system"]?.bool != true, name != "default" else { return }
        guard Self.waysIn.contains(where: { member[$0] != nil }) || isPassworded(name) else {
            findings.warning(
                "the user \(name) has neither key nor password, so nobody can log in as it",
                at: user,
                hint: "add ssh_authorized_keys: [\"ssh-ed25519 ...\"] to it",
            )
            return
        }
        if let password = member["plain_text_passwd"] ?? member["passwd"] ?? member["hashed_passwd"],
            (member["lock_passwd"] ?? member["lock-passwd"])?.bool != false
        {
            findings.warning(
                "the user \(name) has a password that stays locked",
                at: password,
                hint: "add \"lock_passwd: false\" to it",
            )
        }
        if let password = member["passwd"] ?? member["hashed_passwd"], password.string?.hasPrefix("$") == false {
            findings.error(
                "the password of \(name) is not a hash, but would be used as one",
                at: password,
                hint: "write plain_text_passwd, or a hash as \"mkpasswd -m sha-512\" prints it",
            )
        }
    }

    /// Whether `chpasswd` sets the user's password.
    private func isPassworded(_ name: String) -> Bool {
        let passwords = config["chpasswd"]
        if let users = passwords?["users"]?.sequence, users.contains(where: { $0["name"]?.string == name }) {
            return true
        }
        let lines =
            passwords?["list"]?.string.map { TextLines.of($0).map(String.init) }
            ?? passwords?["list"]?.sequence?.compactMap(\.string) ?? []
        return lines.contains { $0.hasPrefix("\(name):") }
    }

    private func examine(_ keys: YAMLNode, into findings: inout SeedFindings) {
        for key in keys.sequence ?? [] {
            guard let text = key.string, let trouble = PublicKeyText.trouble(of: text) else { continue }
            findings.error(trouble.message, at: key, hint: trouble.hint)
        }
    }
}

/// Texts that should be public keys as OpenSSH writes them.
enum PublicKeyText {
    private static let types = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp", "sk-ssh-ed25519@", "sk-ecdsa-sha2-nistp", "ssh-dss",
        "cert-authority",
    ]

    /// What is wrong with the text as a line of authorized_keys; nil when nothing is.
    static func trouble(of text: String) -> (message: String, hint: String)? {
        if text.contains("PRIVATE KEY") {
            return (
                "this is a private key, which must stay secret", "use the line in the file that ends in .pub"
            )
        }
        if text.hasPrefix("/") || text.hasPrefix("~") || text.hasSuffix(".pub") {
            return ("\"\(text.prefix(40))\" is a file name, not a key", "write the content of the file here")
        }
        let words = text.split(separator: " ")
        guard let type = words.firstIndex(where: { word in types.contains { word.hasPrefix($0) } }) else {
            return ("\"\(text.prefix(40))\" is not a public key", "write it as \"ssh-ed25519 AAAA... comment\"")
        }
        guard words.count > type + 1, words[type] == "cert-authority" || words[type + 1].hasPrefix("AAAA") else {
            return (
                "the key \"\(text.prefix(40))\" is incomplete", "copy the whole line from the file that ends in .pub"
            )
        }
        return nil
    }
}
