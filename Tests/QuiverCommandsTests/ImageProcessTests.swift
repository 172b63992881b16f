import CloudImages
import HostSupport
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct ImageProcessTests {
    private struct Listed: Decodable {
        let name: String
        let architecture: String
        let digest: String
        let occupiedSize: UInt64
        let virtualSize: UInt64
        let usedBy: [String]
    }

    private struct Checked: Decodable {
        let name: String
        let state: String
        let digest: String
        let actualDigest: String
        let disk: String
    }

    private struct Freed: Decodable {
        let freedBytes: UInt64
    }

    /// A store with `mine:1` in it, made of `disk.qcow2`.
    private static func withImage(_ body: (DiskCommands) async throws -> Void) async throws {
        try await DiskCommands.with { quiver in
            try await quiver.makeImage("disk.qcow2")
            let text = try await quiver.output("image import disk.qcow2 --name mine:1")
            #expect(text.hasPrefix("name          mine:1\n"))
            #expect(text.contains("\nsource        imported from DIRECTORY/disk.qcow2\n"))
            try await body(quiver)
        }
    }

    @Test func `an empty store says how to get an image`() async throws {
        try await DiskCommands.with { quiver in
            let text = try await quiver.output("image ls")
            #expect(text.hasPrefix("No images. Download one with: quiver image pull"))
            #expect(try await quiver.json("image ls", as: [Listed].self).isEmpty)
            #expect(try await quiver.output("image check") == "There are no images to check.\n")
            #expect(try await quiver.json("image check", as: [Checked].self).isEmpty)
            #expect(try await quiver.output("image prune") == "freed 0 B\n")
        }
    }

    @Test func `an imported image is listed, checked, used and removed`() async throws {
        try await Self.withImage { quiver in
            let lines = try await quiver.output("image ls").split(separator: "\n")
            #expect(lines.count == 2 && lines[0].hasPrefix("NAME    ARCH") && lines[1].hasPrefix("mine:1  "))
            let listed = try await quiver.json("image ls", as: [Listed].self)
            #expect(listed.map(\.name) == ["mine:1"] && listed[0].virtualSize == 64 << 20)
            #expect(listed[0].digest.hasPrefix("sha256:") && listed[0].occupiedSize > 0 && listed[0].usedBy.isEmpty)
            #expect(try await quiver.output("image check") == "mine:1 (\(listed[0].architecture)): ok\n")
            let checked = try await quiver.json("image check mine:1", as: [Checked].self)
            #expect(checked[0].state == "whole" && checked[0].actualDigest == listed[0].digest)

            try Directory.create(quiver.directory.appending("home/machines/vm1"))
            _ = try await quiver.output("overlay create mine:1 home/machines/vm1/disk.qcow2")
            let used = try await quiver.json("image ls", as: [Listed].self)
            #expect(used[0].usedBy == ["\(quiver.directory)/home/machines/vm1/disk.qcow2"])
            let refusal = try await quiver.failure("image rm mine:1")
            #expect(refusal.status == 1)
            #expect(
                refusal.message == "mine:1: is the base of DIRECTORY/home/machines/vm1/disk.qcow2; "
                    + "remove these first, or add --force to break them"
            )
            #expect(try await quiver.output("image prune --all") == "freed 0 B\n")
            #expect(try await quiver.json("image rm mine:1 --force", as: Freed.self).freedBytes > 0)
            #expect(try await quiver.json("image ls", as: [Listed].self).isEmpty)
        }
    }

    @Test func `prune keeps the newest of a name, and all of them go with --all`() async throws {
        try await Self.withImage { quiver in
            try await quiver.makeImage("newer.qcow2", size: "128M")
            // The store counts in whole seconds which of two images is the newer one.
            try await Task.sleep(for: .milliseconds(1100))
            _ = try await quiver.output("image import newer.qcow2 --name mine:1")
            #expect(try await quiver.json("image prune", as: Freed.self).freedBytes > 0)
            let listed = try await quiver.json("image ls", as: [Listed].self)
            #expect(listed.map(\.virtualSize) == [128 << 20])
            #expect(try await quiver.output("image prune --all").hasPrefix("freed "))
            #expect(try await quiver.json("image ls", as: [Listed].self).isEmpty)
        }
    }

    @Test func `a disk that was written to is found, and the hint leads to a sound one`() async throws {
        try await Self.withImage { quiver in
            let disk = try await quiver.json("image check", as: [Checked].self)[0].disk
            let file = try FileDescriptor.open(FilePath(disk), .writeOnly, options: .append)
            try file.closeAfter { _ = try file.writeAll([0]) }
            let failure = try await quiver.failure("image check")
            #expect(failure.status == 1)
            #expect(
                failure.message
                    == "image is modified or corrupt; download it again: quiver image rm mine:1, then pull, build or import it"
            )
            let checked = try await quiver.json("image check", status: 1, as: [Checked].self)
            #expect(checked[0].state == "changed" && checked[0].actualDigest != checked[0].digest)
            #expect(try await quiver.failure("image info mine:1").message.contains("was modified after it was stored"))
            _ = try await quiver.output("image rm mine:1")
            _ = try await quiver.output("image import disk.qcow2 --name mine:1")
            #expect(try await quiver.output("image check").hasSuffix(": ok\n"))
        }
    }

    static let failures: [(line: String, status: Int32, message: String)] = [
        ("image info min:1", 1, "no image min:1; did you mean mine:1?"),
        (
            "image info dsik.qcow2", 74,
            "dsik.qcow2: cannot be read: No such file or directory; did you mean disk.qcow2?"
        ),
        ("image info ./dir", 1, "./dir: is not a file or a block device; use a disk image"),
        ("image check min:1", 1, "no image min:1; did you mean mine:1?"),
        ("image check other", 1, "no image other; see: quiver image ls"),
        ("image check ./disk.qcow2", 64, "./disk.qcow2: is a file, not a stored image; see: quiver overlay check"),
        ("image rm mien:1", 1, "no image mien:1; did you mean mine:1?"),
        ("image rm ./disk.qcow2", 64, "./disk.qcow2: is a file, not a stored image; use rm"),
        ("image rm", 64, "Missing expected argument '<image>' (see: quiver image rm --help)"),
        (
            "image import dsik.qcow2 --name x", 74,
            "dsik.qcow2: cannot be read: No such file or directory; did you mean disk.qcow2?"
        ),
        ("image import dir --name x", 1, "dir: is not a file or a block device; use a disk image"),
        (
            "image import text --name x", 1,
            "text: is neither a qcow2 image nor a raw disk with a boot sector or partitions, which cannot be booted; "
                + "use a cloud image's disk, or an image's name, e.g. debian:12"
        ),
        (
            "image import disk.qcow2 --name a:b:c", 64,
            "\"a:b:c\" is not a valid image name; use e.g. debian:12 or ubuntu:24.04:arm64, or a file's path"
        ),
        ("image import disk.qcow2 --name a/b", 64, "a/b: is a path; give the image a name like mine:1"),
        (
            "image import over.qcow2 --name x", 69,
            "over.qcow2: needs its base DIRECTORY/disk.qcow2; if you trust both, join them first: "
                + "qemu-img convert -O qcow2 over.qcow2 NEW"
        ),
        (
            "image pull ./disk.qcow2", 64,
            "./disk.qcow2: is a file; copy it into the image store with: quiver image import"
        ),
        ("image pull debain:12", 1, "debain:12: the catalog has no such image; did you mean debian:12?"),
    ]

    @Test func `what cannot be done is reported in one line with a hint`() async throws {
        try await Self.withImage { quiver in
            try quiver.write("text\n", to: "text")
            try Directory.create(quiver.directory.appending("dir"))
            _ = try await quiver.output("overlay create disk.qcow2 over.qcow2")
            try await quiver.expectFailures(Self.failures)
            #expect(try await quiver.json("image ls", as: [Listed].self).map(\.name) == ["mine:1"])
        }
    }
}
