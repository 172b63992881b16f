import HostSupport
import HostTools
import Machines
import SystemPackage
import Testing

@Suite struct OverlayProcessTests {
    private struct Disk: Decodable, Equatable {
        let path: String
        let format: String
        let virtualSize: UInt64
        let backingFile: String?
        let backingFormat: String?
        let snapshots: [String]
    }

    private struct Check: Decodable {
        struct Finding: Decodable {
            let severity: String
            let kind: String
            let message: String
            let hint: String?
        }

        let chain: [Disk]
        let findings: [Finding]
        let isSound: Bool
    }

    private struct Rebase: Decodable, Equatable {
        let file: String
        let base: String
        let how: String
    }

    private static func withBase(_ body: (DiskCommands) async throws -> Void) async throws {
        try await DiskCommands.with { quiver in
            try await quiver.makeImage("base.qcow2")
            try await body(quiver)
        }
    }

    @Test func `create writes an overlay of the wanted size`() async throws {
        try await Self.withBase { quiver in
            let text = try await quiver.output("overlay create base.qcow2 a.qcow2")
            #expect(text.hasPrefix("a.qcow2: qcow2, 64 MiB (") && text.hasSuffix("), base DIRECTORY/base.qcow2\n"))
            let disk: Disk = try await quiver.json("overlay create base.qcow2 b.qcow2 --size +1G")
            let expected = Disk(
                path: "b.qcow2",
                format: "qcow2",
                virtualSize: (1 << 30) + (64 << 20),
                backingFile: "\(quiver.directory)/base.qcow2",
                backingFormat: "qcow2",
                snapshots: [],
            )
            #expect(disk == expected)
            let check = try await ToolRun.run(
                "qemu-img",
                ["check", "-q", quiver.directory.appending("b.qcow2").string]
            )
            #expect(check.isSuccess, "\(check)")
        }
    }

    @Test func `check follows a base to its new place, and rebase mends it`() async throws {
        try await Self.withBase { quiver in
            _ = try await quiver.output("overlay create base.qcow2 a.qcow2")
            #expect(try await quiver.output("overlay check a.qcow2").hasSuffix("no problems found\n"))
            let sound: Check = try await quiver.json("overlay check a.qcow2")
            #expect(sound.isSound && sound.findings.isEmpty)
            #expect(sound.chain.map(\.path) == ["a.qcow2", "base.qcow2"].map { "\(quiver.directory)/\($0)" })

            try Directory.rename(
                quiver.directory.appending("base.qcow2"),
                to: quiver.directory.appending("moved.qcow2")
            )
            let failure = try await quiver.failure("overlay check a.qcow2")
            #expect(failure.status == 1)
            #expect(failure.message == "a.qcow2: disk cannot be used as it is (see above)")
            #expect(failure.output.contains("\n  hint: quiver overlay rebase "))
            let broken: Check = try await quiver.json("overlay check a.qcow2", status: 1)
            #expect(!broken.isSound)
            let finding = try #require(broken.findings.first)
            #expect(finding.severity == "error" && finding.kind == "baseMoved")
            // The hint is a command line that works as it is printed.
            let hint = try #require(finding.hint)
            #expect(hint.hasPrefix("quiver overlay rebase "))
            let how = try await quiver.output(String(hint.dropFirst("quiver ".count)))
            #expect(how == "DIRECTORY/a.qcow2: now on DIRECTORY/moved.qcow2 (renamed)\n")
            #expect(try await quiver.output("overlay check a.qcow2").hasSuffix("no problems found\n"))
        }
    }

    @Test func `rebase copies what another base lacks`() async throws {
        try await Self.withBase { quiver in
            try await quiver.makeImage("other.qcow2")
            _ = try await quiver.output("overlay create base.qcow2 a.qcow2")
            let rebase: Rebase = try await quiver.json("overlay rebase a.qcow2 --onto other.qcow2")
            #expect(rebase == Rebase(file: "a.qcow2", base: "\(quiver.directory)/other.qcow2", how: "copied"))
        }
    }

    @Test func `resize takes a size, and an addition to it`() async throws {
        try await Self.withBase { quiver in
            _ = try await quiver.output("overlay create base.qcow2 a.qcow2")
            #expect(try await quiver.output("overlay resize a.qcow2 1G").hasPrefix("a.qcow2: qcow2, 1 GiB ("))
            let disk: Disk = try await quiver.json("overlay resize a.qcow2 +512M")
            #expect(disk.virtualSize == 3 << 29)
        }
    }

    static let failures: [(line: String, status: Int32, message: String)] = [
        (
            "overlay create base.qcow2 a.qcow2", 73,
            "a.qcow2: cannot create: File exists; remove it or choose another name"
        ),
        (
            "overlay create base.qcow2 no/b.qcow2", 73,
            "no/b.qcow2: cannot create: No such file or directory; create its directory first"
        ),
        ("overlay create bsae.qcow2 b.qcow2", 1, "bsae.qcow2: No such file or directory; did you mean base.qcow2?"),
        (
            "overlay create nothing.qcow2 b.qcow2", 1,
            "nothing.qcow2: No such file or directory; give the path of a qcow2 or raw disk image"
        ),
        ("overlay create dir b.qcow2", 1, "dir: is not a file or a block device; use a disk image"),
        ("overlay create debain:12 b.qcow2", 1, "no image debain:12; did you mean debian:12?"),
        (
            "overlay create base.qcow2 b.qcow2 --size 1M", 64,
            "b.qcow2: 1 MiB is smaller than its base DIRECTORY/base.qcow2, which has 64 MiB; use at least that size"
        ),
        (
            "overlay create base.qcow2 b.qcow2 --size huge", 64,
            "The value 'huge' is invalid for '--size <size>': \"huge\" is not a size; use e.g. 20G or +20G "
                + "(see: quiver overlay create --help)"
        ),
        (
            "overlay create base.qcow2 b.qcow2 --size 9000000T", 64,
            "b.qcow2: 9000000 TiB is too large for a disk; 2048 TiB is the most"
        ),
        (
            "overlay create base.qcow2 b.qcow2 --base-format vmdk", 64,
            "The value 'vmdk' is invalid for '--base-format <base-format>'. Please provide one of 'qcow2' and 'raw'. "
                + "(see: quiver overlay create --help)"
        ),
        ("overlay check dir", 1, "DIRECTORY/dir: is not a file or a block device; use a disk image"),
        (
            "overlay check b.qcow2", 74,
            "DIRECTORY/b.qcow2: cannot be read: No such file or directory; did you mean DIRECTORY/a.qcow2?"
        ),
        ("overlay check nowhere", 74, "DIRECTORY/nowhere: cannot be read: No such file or directory"),
        (
            "overlay rebase a.qcow2 --onto bsae.qcow2", 1,
            "bsae.qcow2: No such file or directory; did you mean base.qcow2?"
        ),
        (
            "overlay rebase a.qcow2 --onto a.qcow2", 1,
            "DIRECTORY/a.qcow2: depends on DIRECTORY/a.qcow2 itself; choose another base"
        ),
        ("overlay rebase text --onto base.qcow2", 1, "DIRECTORY/text: too short for a qcow2 image: 5 bytes"),
        ("overlay rebase a.qcow2", 64, "Missing expected argument '--onto <onto>' (see: quiver overlay rebase --help)"),
        (
            "overlay resize a.qcow2 1M", 64,
            "DIRECTORY/a.qcow2: has 64 MiB, and a smaller disk would cut off the guest's data; use a larger size, or create "
                + "a new disk and copy the files"
        ),
        (
            "overlay resize a.qcow2 banana", 64,
            "The value 'banana' is invalid for '<size>': \"banana\" is not a size; use e.g. 20G or +20G "
                + "(see: quiver overlay resize --help)"
        ),
        (
            "overlay resize text 1G", 1,
            "DIRECTORY/text: not a qcow2 image; a raw one grows with: truncate -s SIZE DIRECTORY/text"
        ),
        ("overlay resize dir 1G", 1, "DIRECTORY/dir: is not a file or a block device; use a disk image"),
    ]

    @Test func `what cannot be done is reported in one line with a hint`() async throws {
        try await Self.withBase { quiver in
            _ = try await quiver.output("overlay create base.qcow2 a.qcow2")
            try quiver.write("text\n", to: "text")
            try Directory.create(quiver.directory.appending("dir"))
            try await quiver.expectFailures(Self.failures)
        }
    }

    @Test func `a file that may be no disk is doubted, and a disk of data stays usable`() async throws {
        try await DiskCommands.with { quiver in
            try quiver.write(String(repeating: "text\n", count: 1000), to: "disk.raw")
            let check: Check = try await quiver.json("overlay check disk.raw")
            #expect(check.isSound && check.findings.map(\.kind) == ["imageDoubtful"])
            #expect(
                try await quiver.failure("overlay create disk.raw a.qcow2").message.hasSuffix("add --base-format raw")
            )
            _ = try await quiver.output("overlay create disk.raw a.qcow2 --base-format raw")
            #expect(try await quiver.output("overlay check a.qcow2").hasSuffix("no problems found\n"))
        }
    }
}
