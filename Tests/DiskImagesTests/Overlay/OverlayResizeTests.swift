import CloudImages
import DiskImages
import HostSupport
import HostTools
import ImageToolsForTests
import Quantities
import SystemPackage
import Testing

@Suite struct OverlayResizeTests {
    /// Images by their `qemu-img create` options, sizes asked for, and what comes of them.
    static let cases: [(options: [String], size: DiskSize, expected: ByteCount)] = [
        (["1G"], .more(.gibibytes(20)), .gibibytes(21)),
        (["1G"], .exactly(.gibibytes(40)), .gibibytes(40)),
        (["1G"], .exactly(.gibibytes(1)), .gibibytes(1)),
        (["1G"], .more(ByteCount(1)), ByteCount(1 << 30 + 512)),
        (["1G"], .exactly(.gibibytes(4096)), .gibibytes(4096)),
        (["-o", "compat=0.10", "1G"], .exactly(.gibibytes(3)), .gibibytes(3)),
        (["-o", "cluster_size=512", "100K"], .exactly(.mebibytes(1)), .mebibytes(1)),
        (["-o", "cluster_size=2M", "100G"], .exactly(.gibibytes(1 << 20)), .gibibytes(1 << 20)),
        (["-o", "extended_l2=on", "1G"], .exactly(.gibibytes(1024)), .gibibytes(1024)),
        (["-o", "lazy_refcounts=on,compression_type=zstd", "1G"], .more(.gibibytes(1)), .gibibytes(2)),
    ]

    @Test(arguments: cases)
    func `a larger disk passes qemu-img's check and is written to its end`(
        options: [String],
        size: DiskSize,
        expected: ByteCount,
    ) async throws {
        try await Self.withImage(options) { path in
            try await QemuIO.run("write -P 7 0 64K", path)
            #expect(try Overlay.resize(path, to: size) == expected)
            try await QemuImg.run(["check", "-q", path.string])
            #expect(try await QemuImg.info(path).virtualSize == expected.bytes)
            try await QemuIO.run("write -P 5 \(expected.bytes - 512) 512", path)
            try await QemuIO.run("read -P 5 \(expected.bytes - 512) 512", path)
            try await QemuIO.run("read -P 7 0 64K", path)
            try await QemuImg.run(["check", "-q", path.string])
        }
    }

    @Test func `an overlay of ours grows, and reads zeros where its base ends`() async throws {
        try await Self.withImage(["1G"]) { base in
            let overlay = base.removingLastComponent().appending("overlay.qcow2")
            try await QemuIO.run("write -P 7 1023M 1M", base)
            try Overlay.create(at: overlay, base: base)
            try Overlay.resize(overlay, to: .more(.gibibytes(1)))
            try await QemuImg.run(["check", "-q", overlay.string])
            try await QemuIO.run("read -P 7 1023M 1M", overlay)
            try await QemuIO.run("read -P 0 1G 1G", overlay)
            #expect(try DiskFacts.read(overlay).qcow2?.baseIdentity?.backingFile == base.string)
        }
    }

    /// What cannot be done: the image's options, the size, and what the refusal speaks of.
    static let refusals: [(options: [String], size: DiskSize, code: DiskImageError.Code, words: String)] = [
        (["1G"], .exactly(.mebibytes(1)), .badSize, "would cut off"),
        (["1G"], .more(ByteCount(.max)), .badSize, "too large"),
        (["1G"], .exactly(.gibibytes(1 << 20)), .unsupported, "qemu-img resize"),
        (["-o", "data_file=DATA", "1G"], .more(.gibibytes(1)), .unsupported, "another file"),
    ]

    @Test(arguments: refusals)
    func `what a header alone cannot do is refused`(
        options: [String],
        size: DiskSize,
        code: DiskImageError.Code,
        words: String,
    ) async throws {
        try await Self.withImage(options) { path in
            let before = try DiskFacts.read(path)
            let error = try #require(throws: DiskImageError.self) { try Overlay.resize(path, to: size) }
            #expect(error.code == code && error.message.contains(words), "\(error)")
            #expect(try DiskFacts.read(path) == before)
        }
    }

    @Test func `a disk smaller than its base does not show the base's end by growing`() async throws {
        try await Self.withImage(["2G"]) { base in
            let small = base.removingLastComponent().appending("small.qcow2")
            try await QemuImg.run(
                ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.string, small.string, "1G"]
            )
            let error = try #require(throws: DiskImageError.self) {
                try Overlay.resize(small, to: .more(.gibibytes(1)))
            }
            #expect(error.message.contains("smaller than its base"))
        }
    }

    @Test func `a disk in use and a read-only base stay as they are`() async throws {
        try await Self.withImage(["1G"]) { path in
            try await QemuHold.while(path, isOpenedWith: "qcow2") { _ in
                let error = try #require(throws: DiskImageError.self) {
                    try Overlay.resize(path, to: .more(.gibibytes(1)), isStored: ImageStore.holds)
                }
                #expect(error.code == .inUse)
            }
            _ = try await ToolRun.run("chmod", ["0444", path.string])
            let error = try #require(throws: DiskImageError.self) {
                try Overlay.resize(path, to: .more(.gibibytes(1)), isStored: ImageStore.holds)
            }
            #expect(error.message.contains("quiver overlay create"))
        }
    }

    private static func withImage(_ options: [String], _ body: (FilePath) async throws -> Void) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("disk.qcow2")
            var options = options.map { $0.replacing("DATA", with: directory.appending("data").string) }
            let size = options.removeLast()
            try await QemuImg.run(["create", "-q", "-f", "qcow2"] + options + [path.string, size])
            try await body(path)
        }
    }
}
