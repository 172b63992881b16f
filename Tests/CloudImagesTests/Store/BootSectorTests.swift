import CloudImages
import DiskImages
import HostSupport
import ImageToolsForTests
import SystemPackage
import Testing

/// Files that are no disks, given where an image is wanted.
@Suite struct BootSectorTests {
    /// The bytes that are written, where, and what the refusal calls the file.
    static let files: [(bytes: [UInt8], place: Int64, name: String)] = [
        (Array("root:x:0:0:root:/root:/bin/bash\n".utf8), 0, "neither a qcow2 image nor a raw disk"),
        ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1], 0, "a program"),
        (Array("CD001".utf8), 32769, "a CD image"),
        ([0x53, 0xEF], 1080, "a bare ext4 file system"),
        (Array("ustar".utf8), 257, "a tar archive"),
    ]

    @Test(arguments: files)
    func `a file that nothing boots from is no image`(bytes: [UInt8], place: Int64, name: String) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("file.img")
            try Self.write(bytes, at: place, to: file)
            let store = ImageStore(home: QuiverHome(root: directory.appending("home")))
            let used = try #require(throws: CloudImagesError.self) { try store.image(ImageReference(file.string)) }
            #expect(used.code == .badImage && used.message.contains(name), "\(used)")
            let imported = try await #require(throws: CloudImagesError.self) {
                try await store.importing(file, as: ImageReference("mine"))
            }
            #expect(imported.code == .badImage && store.list().isEmpty)
        }
    }

    @Test(arguments: [510, 512, 4096])
    func `a raw disk with a boot sector or a GPT is an image`(place: Int64) async throws {
        try await withScratchDirectory { directory in
            let file = directory.appending("disk.raw")
            try Self.write(place == 510 ? [0x55, 0xAA] : Array("EFI PART".utf8), at: place, to: file)
            #expect(try ImageStore(path: directory).image(ImageReference(file.string)).format == .raw)
        }
    }

    private static func write(_ bytes: [UInt8], at place: Int64, to path: FilePath) throws {
        let file = try FileDescriptor.open(path, .writeOnly, options: [.create], permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: place, bytes) }
    }
}
