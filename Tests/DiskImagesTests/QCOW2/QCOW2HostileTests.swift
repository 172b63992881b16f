import DiskImages
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

/// Headers that claim what is not so: each is refused with a sentence, none is believed.
@Suite struct QCOW2HostileTests {
    /// One field of a header with a value that breaks the format.
    struct Lie: Sendable, CustomTestStringConvertible {
        let name: String
        let offset: Int
        let bytes: [UInt8]
        let answer: String

        init(_ name: String, at offset: Int, _ bytes: [UInt8], _ answer: String) {
            self.name = name
            self.offset = offset
            self.bytes = bytes
            self.answer = answer
        }

        var testDescription: String { name }
    }

    private static let most32: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    private static let most64 = most32 + most32

    private static let lies: [Lie] = [
        Lie("version 1", at: 4, [0, 0, 0, 1], "qcow2 version 1"),
        Lie("a version to come", at: 4, [0, 0, 0, 4], "qcow2 version 4"),
        Lie("clusters of 256 bytes", at: 20, [0, 0, 0, 8], "cluster size is 2^8"),
        Lie("clusters of 2^4294967295 bytes", at: 20, most32, "cluster size is 2^4294967295"),
        Lie("a size beyond 63 bits", at: 24, most64, "disk size of 18446744073709551615"),
        Lie("an unknown encryption", at: 32, [0, 0, 0, 9], "encryption method 9"),
        Lie("2^32 - 1 snapshots", at: 60, most32, "claims 4294967295 snapshots"),
        Lie("snapshots beyond the file", at: 60, [0, 0, 0, 5] + most64, "lies outside of the file"),
        Lie("snapshots just before the end", at: 60, [0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0xFF, 0xF0], "lies outside"),
        Lie("reference counts of 2^200 bits", at: 96, [0, 0, 0, 200], "reference counts have 2^200 bits"),
        Lie("a header of 4 GiB", at: 100, most32, "claims a length of 4294967295"),
        Lie("a header of 20 bytes", at: 100, [0, 0, 0, 20], "claims a length of 20"),
        Lie("a name of the base beyond the file", at: 8, most64 + [0, 0, 0, 4], "misplaced"),
        Lie("a name of the base of 4 GiB", at: 8, [0, 0, 0, 0, 0, 0, 1, 0] + most32, "misplaced"),
        Lie("a name of the base inside the header", at: 8, [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9], "inside the header"),
        Lie("an extension of 4 GiB", at: 104, [1, 2, 3, 4] + most32, "reaches beyond the header"),
        Lie("unknown features", at: 72, [0x80, 0, 0, 0, 0, 0, 0, 0], "unknown feature 63"),
        Lie("extended L2 in small clusters", at: 72, [0, 0, 0, 0, 0, 0, 0, 16], "16 KiB and more"),
    ]

    /// An empty image; the last two lies need its clusters to be 512 bytes and its header to be 104 long.
    private static func image() async throws -> [UInt8] {
        try await withScratchDirectory { directory in
            let path = directory.appending("image.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path.string, "64K"])
            var bytes = try WholeFile.read(path)
            bytes.replaceSubrange(100..<104, with: [0, 0, 0, 104])
            return bytes
        }
    }

    @Test(arguments: lies)
    func `a header that lies is refused`(lie: Lie) async throws {
        var bytes = try await Self.image()
        bytes.replaceSubrange(lie.offset..<lie.offset + lie.bytes.count, with: lie.bytes)
        let error = try #require(throws: DiskImageError.self) {
            _ = try QCOW2Facts(reading: DiskMemory(name: "lie.qcow2", bytes: bytes))
        }
        #expect(error.code == .badImage)
        #expect(error.message.hasPrefix("lie.qcow2: "))
        #expect(error.message.contains(lie.answer))
    }

    @Test func `an image cut anywhere is read or refused, and never crashes`() async throws {
        let bytes = try await Self.image()
        for length in 0..<bytes.count where length < 700 || length % 97 == 0 {
            let result = Result { () throws(DiskImageError) in
                try QCOW2Facts(reading: DiskMemory(name: "cut.qcow2", bytes: Array(bytes[..<length])))
            }
            if length < 104 { #expect(throws: DiskImageError.self) { try result.get() } }
        }
    }

    @Test func `an image with any byte changed is read or refused, and never crashes`() async throws {
        let bytes = try await withScratchDirectory { directory in
            let path = directory.appending("image.qcow2")
            try await QemuImg.run(["create", "-q", "-f", "qcow2", "-o", "cluster_size=512", path.string, "64K"])
            try await QemuImg.run(["snapshot", "-c", "one", path.string])
            try await QemuImg.run(["bitmap", "--add", path.string, "map"])
            return try WholeFile.read(path)
        }
        var refusals = 0
        for place in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0xFF, bytes[place] ^ 1] {
                var changed = bytes
                changed[place] = value
                let disk = DiskMemory(name: "changed.qcow2", bytes: changed)
                if (try? QCOW2Facts(reading: disk)) == nil { refusals += 1 }
            }
        }
        #expect(refusals > 100)
    }

    @Test(arguments: [
        (Array("KDMV".utf8), "a VMware disk"), (Array("vhdxfile".utf8), "a Hyper-V disk"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed by xz"), (Array("<!DOCTYPE html>".utf8), "a web page"),
    ])
    func `other formats are called by their names`(start: [UInt8], answer: String) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("disk.img")
            try WholeFile.write(start + Array(repeating: 0, count: 1024), to: path)
            let error = try #require(throws: DiskImageError.self) { _ = try DiskFacts.read(path) }
            #expect(error.code == .unsupported)
            #expect(error.message.contains(answer))
        }
    }

    @Test func `a base that is a device or a pipe is refused at once`() async throws {
        try await withScratchDirectory { directory in
            let pipe = directory.appending("pipe")
            _ = try await ToolRun.run("mkfifo", [pipe.string])
            for path in [pipe, "/dev/zero", directory] {
                #expect(throws: DiskImageError.self) { try DiskFacts.read(path) }
            }
        }
    }
}
