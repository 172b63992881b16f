import DiskImages
import ImageToolsForTests
import Quantities
import SystemPackage
import Testing

@Suite struct OverlayCreateTests {
    /// Bases by their `qemu-img create` options, and the size asked of the overlay.
    static let cases: [(options: [String], size: ByteCount?, expected: ByteCount)] = [
        (["-f", "qcow2", "BASE", "1G"], nil, .gibibytes(1)),
        (["-f", "qcow2", "BASE", "1G"], .gibibytes(20), .gibibytes(20)),
        (["-f", "qcow2", "BASE", "1G"], ByteCount(1 << 30 + 1), ByteCount(1 << 30 + 512)),
        (["-f", "qcow2", "-o", "cluster_size=512", "BASE", "4M"], nil, .mebibytes(4)),
        (["-f", "qcow2", "BASE", "8T"], nil, .gibibytes(8192)),
        (["-f", "qcow2", "BASE", "1G"], ByteCount(1 << 51), ByteCount(1 << 51)),
        (["-f", "raw", "BASE", "3M"], nil, .mebibytes(3)),
        (["-f", "raw", "BASE", "1000"], nil, ByteCount(1024)),
    ]

    @Test(arguments: cases)
    func `an overlay passes qemu-img's check and names its base`(
        options: [String],
        size: ByteCount?,
        expected: ByteCount,
    ) async throws {
        try await withScratchDirectory { directory in
            let base = directory.appending("base, with a comma.img")
            let overlay = directory.appending("overlay.qcow2")
            try await QemuImg.run(["create", "-q"] + options.map { $0 == "BASE" ? base.string : $0 })
            let format: DiskFormat = options[1] == "raw" ? .raw : .qcow2
            try Overlay.create(at: overlay, base: base, baseFormat: format, size: size)
            try await QemuImg.run(["check", "-q", overlay.string])
            let info = try await QemuImg.info(overlay)
            #expect(info.virtualSize == expected.bytes)
            #expect(info.fullBackingFilename == base.string)
            #expect(info.backingFormat == format.rawValue)
            let facts = try DiskFacts.read(overlay)
            #expect(facts.virtualSize == expected)
            #expect(facts.qcow2?.baseIdentity?.backingFile == base.string)
        }
    }

    @Test func `what QEMU writes into an overlay comes back, and the base stays as it was`() async throws {
        try await withScratchDirectory { directory in
            let base = directory.appending("base.qcow2")
            let overlay = directory.appending("overlay.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", base.string, "64M"])
            try await QemuIO.run("write -P 7 0 1M", base)
            try Overlay.create(at: overlay, base: base, size: .mebibytes(128))
            try await QemuIO.run("write -P 9 512k 1M", overlay)
            try await QemuIO.run("write -P 5 127M 1M", overlay)
            try await QemuIO.run("read -P 7 0 512k", overlay)
            try await QemuIO.run("read -P 9 512k 1M", overlay)
            try await QemuIO.run("read -P 5 127M 1M", overlay)
            try await QemuIO.run("read -P 7 512k 512k", base)
            try await QemuImg.run(["check", "-q", overlay.string])
            // QEMU rewrites the header when it grows tables or sets flags; our record must live through that.
            try await QemuImg.run(["snapshot", "-c", "tag", overlay.string])
            try await QemuImg.run(["amend", "-q", "-f", "qcow2", "-o", "lazy_refcounts=on", overlay.string])
            #expect(try DiskFacts.read(overlay).qcow2?.baseIdentity != nil)
        }
    }

    @Test func `an overlay that cannot be made says why and leaves nothing`() async throws {
        try await withScratchDirectory { directory in
            let base = directory.appending("base.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", base.string, "1G"])
            func failure(at name: String, base: FilePath, size: ByteCount? = nil) throws -> DiskImageError {
                try #require(throws: DiskImageError.self) {
                    try Overlay.create(at: directory.appending(name), base: base, size: size)
                }
            }
            #expect(try failure(at: "a", base: base, size: .mebibytes(1)).code == .badSize)
            #expect(try failure(at: "a", base: base, size: ByteCount(.max)).code == .badSize)
            #expect(try failure(at: "a", base: directory.appending("none")).code == .unreadable)
            #expect(try failure(at: "no/directory", base: base).code == .cannotWrite)
            #expect(try failure(at: "base.qcow2", base: base).message.contains("remove it or choose another name"))
            let leftovers = try await QemuImg.info(base)
            #expect(leftovers.virtualSize == 1 << 30)
            #expect(throws: DiskImageError.self) { try DiskFacts.read(directory.appending("a")) }
        }
    }

    @Test(arguments: [
        ("20G", DiskSize.exactly(.gibibytes(20))), ("+20G", .more(.gibibytes(20))), ("512", .exactly(ByteCount(512))),
        ("banana", nil), ("+", nil), ("++1G", nil), ("-1G", nil), ("0", nil), ("", nil),
    ])
    func `a size is absolute, or more than the base's`(text: String, expected: DiskSize?) {
        #expect(DiskSize(parsing: text) == expected)
    }

    @Test func `a size beyond 64 bits stays refusable`() {
        #expect(DiskSize.more(ByteCount(.max)).size(above: .gibibytes(1)) == ByteCount(.max))
        #expect(DiskSize.more(.gibibytes(2)).size(above: .gibibytes(1)) == .gibibytes(3))
    }
}
