import CloudImages
import CloudInit
import Testing

@Suite struct SeedCheckTests {
    @Test(arguments: BrokenUserData.all)
    func `a fault in user-data is named with its line and a hint`(broken: BrokenUserData) throws {
        let findings = SeedCheck.userData(broken.text, hasKeysElsewhere: true)
        let finding = try #require(findings.first { $0.message.contains(broken.message) }, "\(findings)")
        #expect(finding.severity == broken.severity)
        #expect(finding.line == broken.line)
        #expect(finding.hint.contains(broken.hint))
        #expect(finding.part == .userData)
        #expect(!finding.description.contains("\n"))
    }

    static let sound: [(name: String, text: String)] = [
        ("empty", ""),
        ("an empty mapping", "#cloud-config\n{}\n"),
        ("a header alone", "#cloud-config\n"),
        ("blank lines and capitals before it", "\n\n#Cloud-Config\npackages: [git]\n"),
        ("Windows line ends in YAML", "#cloud-config\r\npackages:\r\n  - git\r\n"),
        ("a script", "#!/bin/bash\necho: hello\n"),
        ("a Python script", "#!/usr/bin/env python3\nprint({1: 2})\n"),
        ("includes", "#include\n# a comment\nhttps://example.org/user-data\n\nfile:///etc/a\n"),
        ("an include once", "#include-once\nhttps://example.org/user-data\n"),
        ("a boothook", "#cloud-boothook\n#!/bin/sh\necho hello\n"),
        ("a part handler", "#part-handler\ndef list_types(): return []\n"),
        (
            "a template",
            "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\n{% if x %}\n{% endif %}\n"
        ),
        (
            "an archive",
            "#cloud-config-archive\n- content: |\n    #!/bin/sh\n    echo\n- type: text/cloud-config\n  content: 'a: 1'\n"
        ),
        (
            "the modules people use",
            """
            #cloud-config
            hostname: box.example
            manage_etc_hosts: true
            users:
              - default
              - name: anna
                groups: [sudo, adm]
                sudo: ALL=(ALL) NOPASSWD:ALL
                shell: /bin/bash
                ssh_authorized_keys:
                  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 anna@home
                  - no-pty,command="/bin/true" ssh-rsa AAAAB3Nza anna
              - {name: build, system: true}
            packages: [git, [curl, "7.88"], {apt: [jq]}]
            package_update: true
            write_files:
              - {path: /etc/a, content: "x\\n", permissions: '0644', owner: root:root}
              - {path: /etc/b, permissions: 0644, encoding: b64, content: aGk=, append: true, defer: true}
            bootcmd: [[cloud-init-per, once, a, ls], echo a]
            runcmd:
              - [sh, -c, "echo 1", 2]
              - "echo state: ready"
            growpart: {mode: auto, devices: [/]}
            ntp: {servers: [ntp.example.org]}
            mounts: [[/dev/vdb, /data, ext4, "defaults", "0", "2"], [/dev/vdc, null]]
            apt: {proxy: "http://proxy:3142"}
            ca_certs: {trusted: ["-----BEGIN CERTIFICATE-----"]}
            ssh_pwauth: false
            power_state: {mode: poweroff, delay: now, timeout: 30, condition: true}
            timezone: Europe/Berlin

            """
        ),
        (
            "a message",
            """
            MIME-Version: 1.0
            Content-Type: multipart/mixed;
             boundary=abc

            --abc
            Content-Type: text/cloud-config; charset="utf-8"
            Content-Transfer-Encoding: base64

            I2Nsb3VkLWNvbmZpZwpwYWNrYWdlczogW2dpdF0K

            --abc
            Content-Type: text/x-shellscript

            #!/bin/sh
            echo
            --abc--

            """
        ),
    ]

    @Test(arguments: sound)
    func `what cloud-init takes is let through without a word`(name: String, text: String) {
        #expect(SeedCheck.userData(text, hasKeysElsewhere: true) == [], "\(name)")
    }

    static let metaData: [(text: String, message: String?)] = [
        ("instance-id: a\nlocal-hostname: b\n", nil),
        ("{\"instance-id\": \"a\", \"public-keys\": [\"ssh-ed25519 AAAAC3 x\"], \"mine\": 1}", nil),
        ("local-hostname: b\n", "no instance-id"),
        ("", "no instance-id"),
        ("instance_id: b\n", "no instance-id"),
        ("instance-id: a\nlocal-hostname: my_host\n", "underscore"),
        ("instance-id: a\npublic-keys: [nonsense]\n", "not a public key"),
        ("instance-id: a\ndsmode: locale\n", "dsmode cannot be"),
        ("- a\n", "meta-data must be a mapping"),
    ]

    @Test(arguments: metaData)
    func `meta-data is examined for what cloud-init needs`(text: String, message: String?) {
        let messages = SeedCheck.metaData(text).map(\.message)
        if let message {
            #expect(messages.contains { $0.contains(message) }, "\(messages)")
        } else {
            #expect(messages == [])
        }
    }

    static let networkConfig: [(text: String, message: String?)] = [
        ("version: 2\nethernets:\n  any:\n    match: {name: \"en*\"}\n    dhcp4: true\n", nil),
        ("network:\n  version: 2\n  renderer: networkd\n  ethernets: {e: {addresses: [10.0.2.15/24]}}\n", nil),
        ("version: 1\nconfig:\n  - type: physical\n    name: eth0\n    subnets: [{type: dhcp}]\n", nil),
        ("version: 1\nconfig: disabled\n", nil),
        ("ethernets: {}\n", "does not say its version"),
        ("version: 3\n", "no version 3"),
        ("version: 2\nethernet: {}\n", "no key \"ethernet\""),
        ("version: 2\nethernets: {e: {dhcp: true}}\n", "no key \"dhcp\""),
        ("version: 2\nethernets: {e: {addresses: [10.0.2.15]}}\n", "no prefix length"),
        ("version: 2\nethernets: {e: {dhcp4: \"maybe\"}}\n", "must be true or false"),
        ("version: 1\nethernets: {}\n", "a list \"config\""),
        ("version: 1\nconfig: [{type: fysical}]\n", "cannot be \"fysical\""),
        ("version: 1\nconfig: [{name: eth0}]\n", "has no type"),
    ]

    @Test(arguments: networkConfig)
    func `network-config is examined in both versions`(text: String, message: String?) {
        let messages = SeedCheck.networkConfig(text).map(\.message)
        if let message {
            #expect(messages.contains { $0.contains(message) }, "\(messages)")
        } else {
            #expect(messages == [])
        }
    }

    @Test func `keys in meta-data count for the user that users leaves out`() {
        let userData = "#cloud-config\nusers: [{name: anna, ssh_authorized_keys: [ssh-ed25519 AAAAC3 a]}]\n"
        let without = Seed(userData: userData, metaData: "instance-id: a\n")
        let with = Seed(userData: userData, metaData: "instance-id: a\npublic-keys: [ssh-ed25519 AAAAC3 a]\n")
        #expect(SeedCheck.findings(of: without) == [])
        #expect(SeedCheck.findings(of: with).map(\.severity) == [.warning])
    }

    @Test func `whatever the bytes, the check ends`() {
        let alphabet = Array("#cloud-onfig:\n\t \"'{}[]-&*!|>%@`\r\u{0}\u{FEFF}aé🙂")
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let tail = String(
                (0..<Int.random(in: 0..<60, using: &generator)).compactMap { _ in alphabet.randomElement() }
            )
            for text in [
                tail, "#cloud-config\n" + tail, "#cloud-config\nusers: " + tail, "## template: jinja\n" + tail,
            ] {
                _ = SeedCheck.userData(text)
                _ = SeedCheck.metaData(text)
                _ = SeedCheck.networkConfig(text)
            }
        }
    }
}
