import YAML

extension CloudConfig {
    func write(into mapping: inout ConfigMapping) {
        mapping.set("hostname", hostname)
        mapping.set("users", list: users.map(\.node))
        mapping.set("ssh_authorized_keys", authorizedKeys)
        mapping.set("ssh_keys", hostKeys.isEmpty ? nil : Self.node(hostKeys))
        mapping.set("ssh_pwauth", allowsPasswordLogin)
        apt?.write(into: &mapping)
        mapping.set("package_update", updatesPackageLists)
        mapping.set("package_upgrade", upgradesPackages)
        mapping.set("packages", packages)
        mapping.set("write_files", list: files.map(\.node))
        mapping.set("bootcmd", list: bootCommands.map(\.node))
        mapping.set("runcmd", list: commands.map(\.node))
        growth?.write(into: &mapping)
        if let certificates {
            var members = ConfigMapping()
            if certificates.replacesDefaults { members.set("remove_defaults", true) }
            members.set("trusted", certificates.trusted)
            mapping.set("ca_certs", members.node)
        }
        if let timeServers {
            var members = ConfigMapping()
            members.set("servers", timeServers.servers)
            members.set("pools", timeServers.pools)
            mapping.set("ntp", members.node)
        }
        mapping.set("mounts", list: mounts.map(\.node))
        mapping.set("timezone", timeZone)
        if let powerState { mapping.set("power_state", powerState.node) }
    }

    /// A mapping of texts, sorted so that the same content gives the same instance-id.
    fileprivate static func node(_ texts: [String: String]) -> YAMLNode {
        var mapping = ConfigMapping()
        for (key, text) in texts.sorted(by: { $0.key < $1.key }) { mapping.set(key, text) }
        return mapping.node
    }
}

extension CloudConfig.User {
    fileprivate var node: YAMLNode {
        if self == .default { return ConfigMapping.text(name) }
        var mapping = ConfigMapping()
        mapping.set("name", name)
        mapping.set("groups", groups)
        mapping.set("sudo", sudo)
        mapping.set("shell", shell)
        if isSystem { mapping.set("system", true) }
        if let hashedPassword {
            mapping.set("lock_passwd", false)
            mapping.set("passwd", hashedPassword)
        }
        mapping.set("ssh_authorized_keys", authorizedKeys)
        return mapping.node
    }
}

extension CloudConfig.File {
    fileprivate var node: YAMLNode {
        var mapping = ConfigMapping()
        mapping.set("path", path)
        mapping.set("content", content)
        mapping.set("permissions", permissions.map { "0" + String($0, radix: 8) })
        mapping.set("owner", owner)
        if appends { mapping.set("append", true) }
        if isDeferred { mapping.set("defer", true) }
        return mapping.node
    }
}

extension CloudConfig.Command {
    fileprivate var node: YAMLNode {
        switch self {
        case .shell(let line): ConfigMapping.text(line)
        case .words(let words): YAMLNode.sequence(words.map(ConfigMapping.text), YAMLNode.Layout(isFlow: true))
        }
    }
}

extension CloudConfig.PowerState {
    fileprivate var node: YAMLNode {
        var mapping = ConfigMapping()
        mapping.set("mode", mode.rawValue)
        mapping.set("delay", delayMinutes)
        mapping.set("condition", condition?.node)
        return mapping.node
    }
}

extension CloudConfig.Growth {
    fileprivate func write(into mapping: inout ConfigMapping) {
        var members = ConfigMapping()
        switch self {
        case .off:
            members.set("mode", "off")
        case .devices(let devices):
            members.set("mode", "auto")
            members.set("devices", devices)
        }
        mapping.set("growpart", members.node)
    }
}

extension CloudConfig.Apt {
    fileprivate func write(into mapping: inout ConfigMapping) {
        var members = ConfigMapping()
        members.set("proxy", proxy)
        if let mirror {
            var primary = ConfigMapping()
            primary.set("arches", ["default"])
            primary.set("uri", mirror)
            members.set("primary", list: [primary.node])
        }
        if !sources.isEmpty {
            var named = ConfigMapping()
            for (name, line) in sources.sorted(by: { $0.key < $1.key }) {
                named.set(name, CloudConfig.node(["source": line]))
            }
            members.set("sources", named.node)
        }
        mapping.set("apt", members.node)
    }
}

extension CloudConfig.Mount {
    fileprivate var node: YAMLNode {
        YAMLNode.sequence([device, path, type, options].map(ConfigMapping.text), YAMLNode.Layout(isFlow: true))
    }
}
