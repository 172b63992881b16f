import DiskImages
import HostSupport
import ImageToolsForTests
import Quantities
import SystemPackage
import Testing

@Suite struct StandaloneDiskTests {
    /// Raw images by their size and where they hold something, each a byte that is repeated 4096 times.
    static let contents: [(size: Int, written: [Int])] = [
        (540_672, [0, 65_536, 536_576]),
        (1 << 20, []),
        (64 << 20, [0, 33 << 20]),
        (700, [0]),
    ]

    @Test(arguments: contents)
    func `a copy reads like the raw image and stands on no file`(size: Int, written: [Int]) async throws {
        try await withScratchDirectory { directory in
            let (raw, copy) = (directory.appending("raw, with a comma.fd"), directory.appending("copy.qcow2"))
            var bytes = [UInt8](repeating: 0, count: size)
            for (number, place) in written.enumerated() {
                for index in place..<min(size, place + 4096) { bytes[index] = UInt8(number + 1) }
            }
            try WholeFile.write(bytes, to: raw)
            try StandaloneDisk.create(at: copy, copying: raw)
            try await QemuImg.run(["check", "-q", copy.string])
            try await QemuImg.run(["compare", "-q", "-f", "raw", "-F", "qcow2", raw.string, copy.string])
            let info = try await QemuImg.info(copy)
            #expect(info.virtualSize == UInt64((size + 511) / 512 * 512) && info.backingFilename == nil)
            // Zeros take no room.
            #expect(Directory.occupiedSize(of: copy) <= .kibibytes(UInt64(64 * (6 + written.count))))
        }
    }

    @Test(arguments: [ByteCount.mebibytes(64), .gibibytes(20), ByteCount(1000), ByteCount(1 << 51)])
    func `an empty image passes qemu-img's check and reads as zeros`(size: ByteCount) async throws {
        try await withScratchDirectory { directory in
            let image = directory.appending("empty.qcow2")
            try StandaloneDisk.create(at: image, size: size)
            try await QemuImg.run(["check", "-q", image.string])
            #expect(try await QemuImg.info(image).virtualSize == (size.bytes + 511) / 512 * 512)
            try await QemuIO.run("read -P 0 0 512", image)
        }
    }

    @Test func `what cannot be made names the file, and nothing is left`() async throws {
        try await withScratchDirectory { directory in
            let image = directory.appending("disk.qcow2")
            let missing = #expect(throws: DiskImageError.self) {
                try StandaloneDisk.create(at: image, copying: directory.appending("missing"))
            }
            #expect(missing?.code == .unreadable)
            let large = #expect(throws: DiskImageError.self) {
                try StandaloneDisk.create(at: image, size: ByteCount(1 << 51 + 1))
            }
            #expect(large?.code == .badSize)
            #expect(Directory.names(in: directory).isEmpty)
            try StandaloneDisk.create(at: image, size: .mebibytes(1))
            let again = #expect(throws: DiskImageError.self) {
                try StandaloneDisk.create(at: image, size: .mebibytes(1))
            }
            #expect(again?.code == .cannotWrite && again?.description.contains("\(image)") == true)
        }
    }
}
