import CloudImages
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
            "- [\"/dev/vdb\", \"/data\", \"ext4\", \"defaults,nofail\"]", "keyboard:", "  layout: \"0644\"",
        ] {
            #expect(lines.contains(expected), "\(expected) in \(lines)")
        }
    }

    @Test func `an empty configuration is an empty mapping`() throws {
        #expect(try CloudConfig().userData() == "#cloud-config\n{}\n")
    }

    @Test(arguments: ["- a\n", "a: [\n", "hostname: b\n"])
    func `an extra part that does not fit is an error`(extra: String) {
        var config = CloudConfig()
        config.hostname = "a"
        config.extra = extra
        let error = #expect(throws: CloudImagesError.self) { try config.userData() }
        #expect(error?.code == .badSeed)
    }
}
