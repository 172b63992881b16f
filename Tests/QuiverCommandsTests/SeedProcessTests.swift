import HostSupport
import HostTools
import LibC
import Machines
import SystemPackage
import Testing

@Suite struct SeedProcessTests {
    private struct Report: Decodable {
        struct File: Decodable, Equatable {
            let name: String
            let bytes: Int
        }

        struct Finding: Decodable {
            let severity: String
            let part: String
            let line: Int?
            let column: Int?
            let message: String
            let hint: String
        }

        let path: String
        let filesystem: String?
        let label: String?
        let instance_id: String?
        let files: [File]
        let known_hosts: [String]
        let findings: [Finding]
    }

    private static let userData = "#cloud-config\npackages: [git]\n"

    private static func withFiles(_ body: (DiskCommands) async throws -> Void) async throws {
        try await DiskCommands.with { quiver in
            try quiver.write(userData, to: "user-data")
            try quiver.write("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me\n", to: "me.pub")
            try quiver.write("auto e\niface e inet dhcp\n", to: "interfaces")
            let key = quiver.directory.appending("host_key").string
            let made = try await ToolRun.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
            try #require(made.isSuccess, "\(made)")
            try await body(quiver)
        }
    }

    @Test func `a seed is written, and check reads it back`() async throws {
        try await Self.withFiles { quiver in
            let line = "--user-data user-data --ssh-key me.pub --hostname web --interfaces interfaces"
            let text = try await quiver.output("seed create seed.iso \(line)")
            #expect(text.hasPrefix("seed.iso: iso9660 cidata, instance quiver-"))
            #expect(text.hasSuffix("user-data 30 bytes\n"))
            let report: Report = try await quiver.json("seed create other.img --filesystem vfat \(line)")
            #expect(report.filesystem == "vfat" && report.label == "cidata" && report.findings.isEmpty)
            let instance = try #require(report.instance_id)
            // The same content is the same instance, whatever holds it.
            #expect(text.contains("instance \(instance):"))
            #expect(report.files.map(\.name) == ["meta-data", "user-data"])
            #expect(try await quiver.output("seed check seed.iso").hasSuffix("user-data 30 bytes\nno problems found\n"))
            let checked: Report = try await quiver.json("seed check other.img")
            #expect(checked.instance_id == instance && checked.files == report.files && checked.label == "CIDATA")
        }
    }

    @Test func `what is no regular file is not replaced by a seed`() async throws {
        try await Self.withFiles { quiver in
            let pipe = quiver.directory.appending("pipe").string
            try #require(mkfifo(pipe, 0o600) == 0)
            let outcome = try await quiver.run("seed create pipe --user-data user-data")
            #expect(outcome.status == 73 && outcome.errors.contains("pipe: not a regular file"), "\(outcome)")
            var status = stat()
            #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        }
    }

    @Test func `a host key is pinned, and what known_hosts needs is printed`() async throws {
        try await Self.withFiles { quiver in
            let published = try WholeFile.readText(quiver.directory.appending("host_key.pub"))
            let words = published.split(separator: " ").prefix(2).joined(separator: " ")
            let text = try await quiver.output("seed create seed.iso --host-key host_key --hostname web")
            #expect(text.split(separator: "\n").last.map(String.init) == "for known_hosts: web \(words)")
            let report: Report = try await quiver.json("seed create seed.iso --host-key host_key")
            #expect(report.known_hosts == ["HOST \(words)"])
            #expect(report.files.map(\.name) == ["meta-data", "user-data", "vendor-data"])
        }
    }

    @Test func `a seed goes to standard output, and user-data comes from standard input`() async throws {
        try await Self.withFiles { quiver in
            let program = QuiverProcess.program
            let line = "gzip -c user-data | '\(program)' seed create - --user-data - >piped.iso"
            let outcome = try await ToolRun.run("sh", ["-c", line], workingDirectory: quiver.directory)
            #expect(outcome.isSuccess && outcome.errors.isEmpty, "\(outcome)")
            let report: Report = try await quiver.json("seed check piped.iso")
            #expect(report.filesystem == "iso9660" && report.findings.isEmpty)
            // As long as gzip made it, not as long as it was.
            #expect(report.files.first { $0.name == "user-data" }.map { $0.bytes > Self.userData.utf8.count } == true)
        }
    }

    @Test func `an archive and a qcow2 disk are seeds too`() async throws {
        try await Self.withFiles { quiver in
            let tar: Report = try await quiver.json("seed create seed.tar --disk-format tar --user-data user-data")
            #expect(tar.filesystem == "tar" && tar.label == nil)
            let listing = try await ToolRun.run("tar", ["-tf", quiver.directory.appending("seed.tar").string])
            #expect(listing.output == "meta-data\nuser-data\n")
            _ = try await quiver.output("seed create seed.qcow2 --disk-format qcow2 --user-data user-data")
            #expect(try await quiver.failure("seed check seed.qcow2").message.contains("qemu-img convert -O raw"))
            let info = try await quiver.output("image info seed.qcow2")
            #expect(info.hasPrefix("disk          seed.qcow2 (qcow2)\n"))
        }
    }

    @Test func `faults are found before anything is written`() async throws {
        try await Self.withFiles { quiver in
            try quiver.write("#cloud-config\npackges: [git]\n", to: "bad")
            let refusal = try await quiver.failure("seed create seed.iso --user-data bad")
            #expect(refusal.status == 1)
            #expect(refusal.message == "seed.iso: not written: fix the errors above, or pass --force")
            #expect(FileStamp(of: quiver.directory.appending("seed.iso")) == nil)
            let checked = try await quiver.failure("seed check bad")
            #expect(checked.status == 1)
            #expect(checked.message == "bad: seed has errors (see above)")
            #expect(checked.output.contains("user-data:2:1: error: "))
            let report: Report = try await quiver.json("seed check bad", status: 1)
            let finding = try #require(report.findings.first)
            #expect(finding.severity == "error" && finding.part == "user-data" && finding.line == 2)
            #expect(finding.column == 1 && finding.hint.contains("packages"))
            let forced = try await quiver.run("seed create seed.iso --user-data bad --force")
            #expect(forced.status == 0 && forced.errors.contains("user-data:2:1: error: "))
        }
    }

    static let failures: [(line: String, status: Int32, message: String)] = [
        (
            "seed create seed.iso --user-data usre-data", 74,
            "usre-data: cannot read: No such file or directory; did you mean user-data?"
        ),
        ("seed create seed.iso --user-data nothing", 74, "nothing: cannot read: No such file or directory"),
        ("seed create seed.iso --user-data dir", 74, "dir: cannot read: Is a directory"),
        (
            "seed create no/seed.iso --user-data user-data", 73,
            "no/seed.iso: cannot write: No such file or directory; create its directory first"
        ),
        ("seed create dir --user-data user-data", 74, "dir: cannot write: Is a directory"),
        (
            "seed create seed.iso --ssh-key host_key", 1,
            "host_key: is a private key; use the public one, host_key.pub"
        ),
        ("seed create seed.iso --ssh-key empty", 1, "empty: contains no public key"),
        (
            "seed create seed.iso --host-key host_key.pub", 1,
            "host_key.pub: is not a private key; create one with: ssh-keygen -t ed25519 -N '' -f FILE"
        ),
        (
            "seed create seed.iso --host-key host_key --host-key host_key", 1,
            "host keys: there are two of type ed25519; use one of each type"
        ),
        (
            "seed create seed.iso --hostname a --meta-data meta", 1,
            "meta-data: already has a local-hostname; give the host name either there or as an option"
        ),
        (
            "seed create seed.iso --interfaces interfaces --network-config net", 1,
            "interfaces: cloud-init ignores them if there is a network-config; use only one of the two"
        ),
        ("seed create seed.iso --user-data latin1", 1, "latin1: is not UTF-8 text; save it as UTF-8"),
        (
            "seed create seed.iso --meta-data packed", 1,
            "packed: is compressed, which cloud-init only accepts for user-data and vendor-data; unpack it: gunzip -c packed"
        ),
        (
            "seed create seed.tar --disk-format tar --filesystem vfat", 64,
            "an archive has no file system: omit --filesystem or --disk-format (see: quiver seed create --help)"
        ),
        ("seed create", 64, "Missing expected argument '<out>' (see: quiver seed create --help)"),
        (
            "seed create seed.iso --mode remote", 64,
            "The value 'remote' is invalid for '--mode <mode>'. Please provide one of 'local' and 'net'. "
                + "(see: quiver seed create --help)"
        ),
        ("seed check nothing", 74, "nothing: cannot read: No such file or directory"),
        ("seed check dir", 74, "dir: cannot read: Is a directory"),
        (
            "seed check user-data --part userdata", 64,
            "The value 'userdata' is invalid for '--part <part>'. Please provide one of 'user-data', 'meta-data', "
                + "'network-config' or 'vendor-data'. (see: quiver seed check --help)"
        ),
    ]

    @Test func `what cannot be done is reported in one line with a hint`() async throws {
        try await Self.withFiles { quiver in
            try quiver.write("", to: "empty")
            try quiver.write("instance-id: a\nlocal-hostname: b\n", to: "meta")
            try quiver.write("version: 2\n", to: "net")
            try WholeFile.write([0x23, 0xE9, 0x0A], to: quiver.directory.appending("latin1"))
            try WholeFile.write([0x1F, 0x8B, 8, 0], to: quiver.directory.appending("packed"))
            try Directory.create(quiver.directory.appending("dir"))
            try await quiver.expectFailures(Self.failures)
            #expect(FileStamp(of: quiver.directory.appending("seed.iso")) == nil)
        }
    }
}
