import CloudImages
import CloudInit
import GuestAccess
import HostSupport
import PatienceForTests
import Quantities
import ServersForTests
import SystemPackage
import Testing

@testable import Machines
@testable import Provisioning

/// Seeds as a real Debian's cloud-init takes them.
@Suite(.tags(.qemu), .hangLimit(minutes: 30)) struct SeedInGuestTests {
    private static let hardwareAddress = "52:54:00:00:51:01"

    @Test func `cloud-init applies a seed, and at the next boot a changed one`() async throws {
        let image = try ImageStore().image(try ImageReference("debian:12"))
        let server = try TextServer("#!/bin/sh\necho included > /run/quiver-included\n")
        defer { extendLifetime(server) }
        try await ScratchHome.with { home in
            try await withMachine(
                named: "seeded",
                home: home,
                describe: { try await Self.describe(image, including: server.urlForGuests, in: $0, home: home) },
            ) { machine in
                let status = try await Self.provisioned(machine) { helper in
                    try await Self.firstSeedIsApplied(helper)
                }
                #expect(status.state == .done, "\(status)")
                #expect(status.dataSource?.contains("NoCloud") == true)
                _ = try await machine.powerDown(within: Patience.seconds(120))

                let seed = machine.directory.path.appending("changed.img")
                let pair = try await SSHKeyPair.obtain(in: machine.directory.path, named: "pinned", comment: "pinned")
                let hostKey = try HostKey(privateKey: pair.privateKey, named: "pinned")
                try Self.changedSeed(hostKey: hostKey).write(to: seed, as: .vfat)
                try await Self.bootAgain(
                    image,
                    disk: machine.directory.disk,
                    seed: seed,
                    publicKey: hostKey.publicKey,
                    home: home,
                )
            }
        }
    }

    /// A user-data with a part of each form, and a network-config.
    private static func describe(
        _ image: Image,
        including url: String,
        in directory: MachineDirectory,
        home: QuiverHome,
    ) async throws -> MachineDescription {
        var config = CloudConfig()
        config.users = [
            .default, .init(name: "anna", authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 anna"], groups: ["adm"]),
        ]
        config.files = [.init(path: "/etc/quiver-seeded", content: "on: \"1\"\n  two\n", permissions: 0o640)]
        config.commands = ["echo state: ready > /run/quiver-state", .words(["touch", "/run/quiver words"])]
        config.timeZone = "Europe/Berlin"
        let template = """
            ## template: jinja
            #cloud-config
            bootcmd: ["echo templated on {{ v1.local_hostname }} > /run/quiver-templated"]

            """
        let userData = MultipartText(
            boundary: "==part==",
            parts: [
                .init(type: "text/cloud-config", body: try config.userData()),
                .init(type: "text/jinja2", body: template),
                .init(type: "text/x-shellscript", body: "#!/bin/sh\necho scripted > /run/quiver-scripted\n"),
                .init(type: "text/x-include-url", body: "#include\n\(url)\n"),
            ],
        )
        let network = """
            version: 2
            ethernets:
              card:
                match: {macaddress: "\(hardwareAddress)"}
                set-name: card0
                dhcp4: true
                addresses: [10.99.0.1/24]

            """
        let provisioning = Provisioning(
            image: image,
            hostname: "seeded-host",
            userData: userData.text,
            networkConfig: network,
        )
        #expect(provisioning.findings == [])
        var description = MachineDescription(processorCount: 1, memory: .mebibytes(768))
        description.networks = [UserNetwork(hardwareAddress: hardwareAddress)]
        return try await provisioning.prepare(description, in: directory, home: home)
    }

    private static func firstSeedIsApplied(_ helper: GuestHelper) async throws {
        let expected = [
            ("hostname", "seeded-host"),
            ("cat /etc/quiver-seeded; stat -c %a /etc/quiver-seeded", "on: \"1\"\n  two\n640"),
            ("cat /run/quiver-templated", "templated on seeded-host"),
            ("cat /run/quiver-scripted", "scripted"),
            ("cat /run/quiver-included", "included"),
            ("cat /run/quiver-state; ls /run/quiver*words", "state: ready\n/run/quiver words"),
            (
                "id -nG anna | tr ' ' '\\n' | grep -x adm; cat /home/anna/.ssh/authorized_keys",
                "adm\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5 anna"
            ),
            ("readlink /etc/localtime | sed 's,.*zoneinfo/,,'", "Europe/Berlin"),
            ("ip -4 -o address show card0 | grep -o 10.99.0.1/24", "10.99.0.1/24"),
            ("ip -4 -o address show card0 | grep -o '10\\.0\\.2\\.15'", "10.0.2.15"),
        ]
        for (line, output) in expected {
            let outcome = try await helper.collect(.shell(line), within: Patience.seconds(60))
            let text = String(decoding: outcome.output, as: UTF8.self)
            #expect(
                text.split(separator: "\n").joined(separator: "\n").lowercased() == output.lowercased(),
                "\(line): \(outcome)"
            )
        }
        try await Self.kernelMounts(.iso9660, helper)
    }

    /// The guest's kernel mounts the seed's disk, and blkid names what it is.
    private static func kernelMounts(_ filesystem: SeedFilesystem, _ helper: GuestHelper) async throws {
        let line = """
            for device in $(blkid -t TYPE=\(filesystem.rawValue) -o device); do
                label=$(blkid -o value -s LABEL "$device")
                case "$label" in [cC][iI][dD][aA][tT][aA]) disk=$device; echo "$label" ;; esac
            done
            mkdir -p /mnt/seed && mount -o ro "$disk" /mnt/seed && cat /mnt/seed/meta-data && ls /mnt/seed
            """
        let outcome = try await helper.collect(.shell(line), within: Patience.seconds(60))
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(lines.first?.lowercased() == "cidata", "\(outcome.text) \(outcome.lastWords)")
        for name in ["user-data", "meta-data", "network-config", "vendor-data"] {
            #expect(lines.contains(name), "\(name) in \(lines)")
        }
        #expect(lines.contains { $0.hasPrefix("instance-id:") })
    }

    /// Three faults that no check of a seed can find, and one sound file; all of it a template.
    private static func changedSeed(hostKey: HostKey) throws -> Seed {
        var config = CloudConfig()
        config.files = [.init(path: "/etc/quiver-changed", content: "changed on {{ v1.local_hostname }}\n")]
        config.bootCommands = ["rm -rf /etc/apt/sources.list /etc/apt/sources.list.d"]
        config.packages = ["quiver-has-no-such-package"]
        config.commands = ["exit 3"]
        config.timeZone = "Nowhere/Atall"
        let network = """
            version: 1
            config:
              - type: physical
                name: card0
                mac_address: "\(hardwareAddress)"
                subnets:
                  - {type: dhcp4}
                  - {type: static, address: 10.98.0.1/24}

            """
        var seed = try Seed.composed(
            userData: "## template: jinja\n" + (try config.userData()),
            networkConfig: network,
            vendorData: HelperInstallation.vendorData,
            hostname: "changed-host",
            hostKeys: [hostKey],
        )
        seed.compressesUserData = true
        #expect(SeedCheck.findings(of: seed) == [])
        return seed
    }

    /// An `interfaces` file as cloud-init's own reader turns it into a network-config.
    private static func interfacesAreRead(_ helper: GuestHelper) async throws {
        let text = "auto card0\niface card0 inet static\n    address 10.97.0.1/24\n"
        let metaData = MetaData(instanceID: "a", interfaces: text).text
        let line = """
            python3 - <<'END'
            import yaml
            from cloudinit.net import eni
            text = yaml.safe_load(r'''\(metaData)''')["network-interfaces"]
            card = eni.convert_eni_data(text)["config"][0]
            print(card["name"], card["subnets"][0]["type"], card["subnets"][0]["address"])
            END
            """
        let outcome = try await helper.collect(.shell(line), within: Patience.seconds(60))
        #expect(outcome.text == "card0 static 10.97.0.1/24\n", "\(outcome.lastWords)")
    }

    private static func bootAgain(
        _ image: Image,
        disk: FilePath,
        seed: FilePath,
        publicKey: String,
        home: QuiverHome,
    ) async throws {
        var description = MachineDescription(processorCount: 1, memory: .mebibytes(768))
        description.networks = [UserNetwork(hardwareAddress: hardwareAddress)]
        description.drives = [Drive(id: "disk0", file: disk), .seed(seed)]
        description.boot(image)
        description.addUsualDevices()
        try await withMachine(description, named: "changed", home: home) { machine in
            let status = try await provisioned(machine) { helper in
                let outcome = try await helper.collect(
                    .shell("cat /etc/quiver-changed; hostname; ip -4 -o address show card0 | grep -o 10.98.0.1/24"),
                    within: Patience.seconds(60),
                )
                #expect(outcome.text == "changed on changed-host\nchanged-host\n10.98.0.1/24\n")
                try await kernelMounts(.vfat, helper)
                let key = try await helper.collect(
                    .shell("ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null | cut -d ' ' -f 2-"),
                    within: Patience.seconds(60),
                )
                #expect(key.text == publicKey + "\n")
                try await interfacesAreRead(helper)
            }
            #expect(status.state == .error || status.state == .degraded, "\(status)")
            let modules = status.problems.compactMap(\.module)
            for module in ["package_update_upgrade_install", "scripts_user", "timezone"] {
                #expect(modules.contains { $0.replacing("-", with: "_") == module }, "\(module) in \(status)")
            }
        }
    }

    private static func provisioned(
        _ machine: Machine,
        _ body: (GuestHelper) async throws -> Void,
    ) async throws -> CloudInitStatus {
        let helper = try machine.helper()
        defer { helper.close() }
        _ = try await helper.hello(within: Patience.seconds(600))
        let end = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: Patience.seconds(600))
        try await body(helper)
        return try #require(end.cloudInit)
    }
}
