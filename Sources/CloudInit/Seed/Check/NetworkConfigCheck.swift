import HostSupport
import YAML

/// Examines a network-config, version 1 or 2.
struct NetworkConfigCheck {
    private(set) var findings: [SeedFinding] = []

    private static let devices = ["ethernets", "wifis", "bonds", "bridges", "vlans", "tunnels", "vrfs", "modems"]
    private static let types = [
        "physical", "bond", "bridge", "vlan", "nameserver", "route", "loopback", "infiniband",
    ]
    private static let device: ConfigShape = .record([
        "accept-ra": .boolean, "activation-mode": .string, "addresses": .list(of: .either([.string, .anyMapping])),
        "critical": .boolean, "dhcp-identifier": .string, "dhcp4": .boolean, "dhcp4-overrides": .anyMapping,
        "dhcp6": .boolean, "dhcp6-overrides": .anyMapping, "emit-lldp": .boolean, "gateway4": .string,
        "gateway6": .string, "id": .integer, "interfaces": .strings, "ipv6-privacy": .boolean, "link": .string,
        "link-local": .strings, "macaddress": .string, "match": .anyMapping, "mtu": .integer,
        "nameservers": .anyMapping,
        "optional": .boolean, "optional-addresses": .strings, "parameters": .anyMapping, "renderer": .string,
        "routes": .list(of: .anyMapping), "routing-policy": .list(of: .anyMapping), "set-name": .string,
        "wakeonlan": .boolean, "access-points": .anyMapping, "auth": .anyMapping, "openvswitch": .anyMapping,
        "mode": .string, "local": .string, "remote": .string, "key": .anything, "keys": .anyMapping, "port": .integer,
        "peers": .anything, "table": .integer, "apn": .string, "infiniband-mode": .string,
        "ipv6-address-generation": .string, "ipv6-address-token": .string, "ipv6-mtu": .integer,
        "ignore-carrier": .boolean, "virtual-function-count": .integer, "ttl": .integer,
    ])

    init(_ text: String) {
        var findings = SeedFindings(.networkConfig)
        if let root = YAMLText.root(of: text, into: &findings) { examine(root, into: &findings) }
        self.findings = findings.sorted
    }

    private func examine(_ root: YAMLNode, into findings: inout SeedFindings) {
        // Everything may be under a key "network", as in netplan's files.
        let config = root["network"] ?? root
        guard let mapping = config.mapping else {
            findings.error(
                "network-config must be a mapping, but this is \(YAMLKind(config).rawValue)",
                at: config,
                hint: "begin with \"version: 2\"",
            )
            return
        }
        switch mapping["version"]?.int {
        case 1: first(mapping, into: &findings)
        case 2: second(mapping, into: &findings)
        case let other:
            findings.error(
                other.map { "there is no version \($0) of network-config" }
                    ?? "network-config does not say its version",
                at: mapping["version"] ?? config,
                hint: "write \"version: 2\"",
            )
        }
    }

    private func first(_ config: YAMLNode.Mapping, into findings: inout SeedFindings) {
        guard let items = config["config"]?.sequence else {
            if config["config"]?.string == "disabled" { return }
            findings.error(
                "version 1 needs a list \"config\" of devices",
                at: config["config"],
                hint: "write \"config:\" and below it \"- type: physical\"",
            )
            return
        }
        for item in items {
            guard let type = item["type"] else {
                findings.error("an item of config has no type", at: item, hint: "add \"type: physical\"")
                continue
            }
            ConfigShape.word(Self.types).examine(type, path: "config type", into: &findings)
            for subnet in item["subnets"]?.sequence ?? [] where subnet["type"] == nil {
                findings.error("a subnet has no type", at: subnet, hint: "add \"type: dhcp4\" or \"type: static\"")
            }
        }
    }

    private func second(_ config: YAMLNode.Mapping, into findings: inout SeedFindings) {
        let known = Self.devices + ["version", "renderer"]
        for (key, value) in config {
            let name = key.string ?? ""
            guard known.contains(name) else {
                let meant = NearestName.find(name, among: known)
                findings.error(
                    "version 2 has no key \"\(name)\"",
                    at: key,
                    hint: meant.map { "write \($0)" } ?? "remove it; the keys are \(known.joined(separator: ", "))",
                )
                continue
            }
            guard Self.devices.contains(name) else { continue }
            ConfigShape.dictionary(of: Self.device).examine(value, path: name, into: &findings)
            for (_, device) in value.mapping ?? [:] { addresses(of: device, into: &findings) }
        }
    }

    private func addresses(of device: YAMLNode, into findings: inout SeedFindings) {
        for address in device["addresses"]?.sequence ?? [] {
            guard let text = address.string, !text.contains("/") else { continue }
            findings.error(
                "the address \(text) has no prefix length",
                at: address,
                hint: "write it like \(text)/24",
            )
        }
        if let match = device["match"]?["macaddress"], YAMLKind(match) != .string {
            findings.error(
                "the card's address is \(YAMLKind(match).rawValue) to YAML",
                at: match,
                hint: "put it in quotes"
            )
        }
    }
}
