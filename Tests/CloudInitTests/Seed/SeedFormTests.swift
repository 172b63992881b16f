import CloudInit
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

/// Seeds in other forms than a raw disk image of plain texts.
@Suite struct SeedFormTests {
    private static let qemuFormats = SeedDiskFormat.allCases.filter { !$0.isArchive && $0 != .raw }

    @Test(arguments: qemuFormats)
    func `a seed in any of QEMU's formats holds the same file system`(format: SeedDiskFormat) async throws {
        try await withScratchDirectory { directory in
            let (file, raw) = (directory.appending("seed.img"), directory.appending("seed.raw"))
            try WholeFile.write(try await SeedImageTests.seed.file(format, filesystem: .vfat), to: file)
            let facts = try await QemuImg.run(["info", file.string])
            #expect(facts.contains("file format: \(format.rawValue)\n"))
            try await QemuImg.run(["convert", "-f", format.rawValue, "-O", "raw", file.string, raw.string])
            #expect(try SeedImage.read(raw).seed == SeedImageTests.seed)
            let error = #expect(throws: CloudInitError.self) { try SeedImage.read(file) }
            #expect(
                error?.message.hasSuffix("; convert it first: qemu-img convert -O raw \(file) seed.img")
                    == true
            )
        }
    }

    @Test(arguments: [
        (SeedDiskFormat.tar, ""), (.tarSeedLocal, "var/lib/cloud/seed/nocloud/"),
        (.tarSeedNet, "var/lib/cloud/seed/nocloud-net/"),
    ])
    func `tar unpacks the files where cloud-init looks for them`(format: SeedDiskFormat, directory: String) async throws
    {
        try await withScratchDirectory { scratch in
            let archive = scratch.appending("seed.tar")
            try WholeFile.write(try await SeedImageTests.seed.file(format), to: archive)
            let listing = try await ToolRun.run("tar", ["-tvf", archive.string]).output
            let lines = listing.split(separator: "\n")
            let error = #expect(throws: CloudInitError.self) { try SeedImage.read(archive) }
            #expect(error?.message == "\(archive): is an archive; unpack it with tar -xf and use its files")
            #expect(lines.count == 4 && lines.allSatisfy { $0.hasPrefix("-rw------- ") }, "\(listing)")
            let unpacked = try await ToolRun.run("tar", ["-xf", archive.string, "-C", scratch.string])
            #expect(unpacked.isSuccess, "\(unpacked)")
            for part in SeedImageTests.seed.parts {
                #expect(try WholeFile.readText(scratch.appending(directory + part.name)) == part.text)
            }
        }
    }

    @Test(arguments: SeedFilesystem.allCases)
    func `a compressed user-data is stored so and read back`(filesystem: SeedFilesystem) async throws {
        var seed = SeedImageTests.seed
        seed.compressesUserData = true
        let image = try #require(try SeedImage.read(try seed.image(filesystem), name: "seed"))
        let packed = try #require(image.files["user-data"])
        let script = "import gzip, json, sys; print(json.dumps([gzip.decompress(sys.stdin.buffer.read()).decode()]))"
        #expect(try await Python.read(script, from: packed, as: [String].self) == [seed.userData])
        #expect(packed == (try seed.files()).first { $0.name == "user-data" }?.bytes)
        #expect(image.seed == seed)
        #expect(image.findings() == [])
    }

    @Test(arguments: ["", "#cloud-config\n", String(repeating: "#cloud-config é\n", count: 100_000)])
    func `what gzip compresses is unpacked`(text: String) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("user-data")
            try WholeFile.write(text.utf8, to: file)
            let outcome = try await ToolRun.run("gzip", ["-9", file.string])
            try #require(outcome.isSuccess)
            let packed = try WholeFile.read(FilePath("\(file).gz"))
            #expect(Gzip.isCompressed(packed))
            #expect(try Gzip.unpack(packed, named: "user-data") == Array(text.utf8))
        }
    }

    @Test func `a compressed user-data that is damaged is named`() throws {
        var seed = SeedImageTests.seed
        seed.compressesUserData = true
        var packed = try #require(try seed.files().first { $0.name == "user-data" }).bytes
        packed.removeLast(12)
        let error = #expect(throws: CloudInitError.self) { try Gzip.unpack(packed, named: "user-data.gz") }
        #expect(error?.code == .badSeed)
        #expect(error?.message.hasPrefix("user-data.gz: is compressed and cannot be unpacked") == true)
        let image = SeedImage(filesystem: .vfat, label: "CIDATA", files: ["user-data": packed, "meta-data": []])
        #expect(image.findings().contains { $0.message.contains("user-data: is compressed and cannot be unpacked") })
    }

    @Test func `a small file that unpacks to gigabytes is refused`() async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("bomb")
            let line = "head -c 200000000 /dev/zero | gzip -1 > '\(file)'"
            try #require(try await ToolRun.run("sh", ["-c", line]).isSuccess)
            let packed = try WholeFile.read(file)
            let error = #expect(throws: CloudInitError.self) { try Gzip.unpack(packed, named: "bomb") }
            #expect(error?.message.contains("is larger unpacked than any seed") == true)
        }
    }
}
