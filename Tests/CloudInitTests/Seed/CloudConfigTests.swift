import CloudInit
import Testing

@Suite struct CloudConfigTests {
    static let full: CloudConfig = {
        var config = CloudConfig()
        config.hostname = "no"
        config.users = [
            .default,
            .init(
                name: "anna",
                authorizedKeys: ["ssh-ed25519 AAAAC3 anna: home"],
                groups: ["sudo"],
                sudo: "ALL=(ALL) NOPASSWD:ALL",
                shell: "/bin/bash",
                hashedPassword: "$6$salt$hash",
            ),
            .init(name: "build", isSystem: true),
        ]
        config.authorizedKeys = ["ssh-ed25519 AAAAC3 me"]
        config.hostKeys = [
            "ed25519_private": "-----BEGIN OPENSSH PRIVATE KEY-----\nx\n", "ed25519_public": "ssh-ed25519 A",
        ]
        config.allowsPasswordLogin = false
        config.packages = ["git", "curl=7.88"]
        config.updatesPackageLists = true
        config.files = [
            .init(path: "/etc/a", content: "on: 1\n  two\n\ttabs\n", permissions: 0o644, owner: "root:root"),
            .init(path: "/etc/b", content: "é \u{7}\r\n# \"q\" \\", appends: true, isDeferred: true),
        ]
        config.bootCommands = ["echo early: 1"]
        config.commands = ["echo state: ready", .words(["touch", "/a b", "- c", "yes"])]
        config.powerState = .init(.poweroff, delayMinutes: 1, condition: "test -e /a")
        config.growth = .off
        config.certificates = .init(trusted: ["-----BEGIN CERTIFICATE-----\nM\n-----END CERTIFICATE-----\n"])
        config.apt = .init(proxy: "http://p:1", mirror: "http://m/debian", sources: ["x": "deb http://x y z"])
        config.timeServers = .init(servers: ["10.0.2.2"])
        config.mounts = [.init(device: "/dev/vdb", path: "/data", type: "ext4")]
        config.timeZone = "Europe/Berlin"
        config.extra = "keyboard: {layout: \"0644\"}\n"
        return config
    }()

    @Test func `what the members say passes the check of seeds`() throws {
        let text = try Self.full.userData()
        #expect(text.hasPrefix("#cloud-config\n"))
        #expect(SeedCheck.userData(text) == [], "\(text)")
    }

    @Test func `every module has its key, and texts stay texts`() throws {
        let lines = try Self.full.userData().split(separator: "\n").map(String.init)
        for expected in [
            "hostname: \"no\"", "- \"default\"", "- name: \"anna\"", "  lock_passwd: false", "- \"git\"",
            "package_update: true", "- path: \"/etc/a\"", "  permissions: \"0644\"", "  append: true", "  defer: true",
            "- \"echo state: ready\"", "- [\"touch\", \"/a b\", \"- c\", \"yes\"]", "  mode: \"off\"", "  delay: 1",
            "- [\"/dev/vdb\", \"/data\", \"ext4\", \"defaults,nofail\"]", "keyboard: {layout: \"0644\"}",
        ] {
            #expect(lines.contains(expected), "\(expected) in \(lines)")
        }
    }

    private struct File: Decodable, Equatable {
        var path: String
        var content: String
        var permissions: String?
        var owner: String?
        var append: Bool?
        var `defer`: Bool?
    }

    /// A user as in `default`, or with members of its own.
    private enum User: Decodable, Equatable {
        case named(String)
        case described(name: String, groups: [String]?, keys: [String]?, isLocked: Bool?)

        private enum CodingKeys: String, CodingKey {
            case name, groups
            case keys = "ssh_authorized_keys"
            case isLocked = "lock_passwd"
        }

        init(from decoder: any Decoder) throws {
            if let name = try? decoder.singleValueContainer().decode(String.self) {
                self = .named(name)
                return
            }
            let members = try decoder.container(keyedBy: CodingKeys.self)
            self = .described(
                name: try members.decode(String.self, forKey: .name),
                groups: try members.decodeIfPresent([String].self, forKey: .groups),
                keys: try members.decodeIfPresent([String].self, forKey: .keys),
                isLocked: try members.decodeIfPresent(Bool.self, forKey: .isLocked),
            )
        }
    }

    @Test func `the reader that cloud-init uses finds what was meant`() async throws {
        let text = try Self.full.userData()
        func read<Value: Decodable>(_ key: String, as type: Value.Type = Value.self) async throws -> Value {
            try await Python.yaml(key, of: text)
        }
        // Each of these would be something else than a text if it stood there without quotes.
        #expect(try await read("hostname") == "no")
        #expect(try await read("growpart") == ["mode": "off"])
        #expect(try await read("keyboard") == ["layout": "0644"])
        #expect(
            try await read("write_files") == [
                File(path: "/etc/a", content: "on: 1\n  two\n\ttabs\n", permissions: "0644", owner: "root:root"),
                File(path: "/etc/b", content: "é \u{7}\r\n# \"q\" \\", append: true, defer: true),
            ]
        )
        #expect(
            try await read("users") == [
                User.named("default"),
                .described(name: "anna", groups: ["sudo"], keys: ["ssh-ed25519 AAAAC3 anna: home"], isLocked: false),
                .described(name: "build", groups: nil, keys: nil, isLocked: nil),
            ]
        )
        #expect(try await read("ssh_keys") == Self.full.hostKeys)
        #expect(try await read("mounts") == [["/dev/vdb", "/data", "ext4", "defaults,nofail"]])
        #expect(try await read("ca_certs") == ["trusted": Self.full.certificates?.trusted ?? []])
        #expect(try await read("packages") == ["git", "curl=7.88"])
    }

    @Test func `an empty configuration is an empty mapping`() throws {
        #expect(try CloudConfig().userData() == "#cloud-config\n{}\n")
    }

    @Test(arguments: ["- a\n", "a: [\n", "hostname: b\n"])
    func `an extra part that does not fit is an error`(extra: String) {
        var config = CloudConfig()
        config.hostname = "a"
        config.extra = extra
        let error = #expect(throws: CloudInitError.self) { try config.userData() }
        #expect(error?.code == .badSeed)
    }
}
