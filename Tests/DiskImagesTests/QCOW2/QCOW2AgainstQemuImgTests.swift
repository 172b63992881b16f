import DiskImages
import HostSupport
import HostTools
import ImageToolsForTests
import Quantities
import SystemPackage
import Testing

/// Images that `qemu-img` makes with each of its options, read natively and by `qemu-img info`.
@Suite struct QCOW2AgainstQemuImgTests {
    /// How one image comes to be: `qemu-img` command lines, run in order in a directory of their own.
    ///
    /// What begins with `machine` is a line for the monitor of a machine that has the image as its disk; with `abandon`,
    /// a command of `qemu-io` that then ends without closing the image; with `set`, a byte's place and its value. The
    /// image is `image.qcow2`. A raw file `base.raw` of 1 MiB and an image `base.qcow2` of 4 MiB lie there already.
    struct Recipe: Sendable, CustomTestStringConvertible {
        let name: String
        let commands: [String]

        init(_ name: String, _ commands: String...) {
            self.name = name
            self.commands = commands
        }

        var testDescription: String { name }
    }

    private static let recipes: [Recipe] = [
        Recipe("defaults", "create -f qcow2 image.qcow2 1G"),
        Recipe("version 2", "create -f qcow2 -o compat=0.10 image.qcow2 1G"),
        Recipe("clusters of 512 bytes", "create -f qcow2 -o cluster_size=512 image.qcow2 64M"),
        Recipe("clusters of 4 KiB", "create -f qcow2 -o cluster_size=4k image.qcow2 1G"),
        Recipe("clusters of 2 MiB", "create -f qcow2 -o cluster_size=2M image.qcow2 1G"),
        Recipe("a size of one sector", "create -f qcow2 image.qcow2 512"),
        Recipe("a size of zero", "create -f qcow2 image.qcow2 0"),
        Recipe("a size of 8 TiB", "create -f qcow2 image.qcow2 8T"),
        Recipe("metadata allocated", "create -f qcow2 -o preallocation=metadata image.qcow2 64M"),
        Recipe("space reserved", "create -f qcow2 -o preallocation=falloc image.qcow2 8M"),
        Recipe("fully written", "create -f qcow2 -o preallocation=full image.qcow2 8M"),
        Recipe("lazy reference counts", "create -f qcow2 -o lazy_refcounts=on image.qcow2 1G"),
        Recipe("reference counts of 1 bit", "create -f qcow2 -o refcount_bits=1 image.qcow2 1G"),
        Recipe("reference counts of 64 bits", "create -f qcow2 -o refcount_bits=64 image.qcow2 1G"),
        Recipe("zstd", "create -f qcow2 -o compression_type=zstd image.qcow2 1G"),
        Recipe("zstd with data", "convert -c -f raw -O qcow2 -o compression_type=zstd base.raw image.qcow2"),
        Recipe("zlib with data", "convert -c -f raw -O qcow2 base.raw image.qcow2"),
        Recipe("extended L2", "create -f qcow2 -o extended_l2=on image.qcow2 1G"),
        Recipe("extended L2, 128 KiB", "create -f qcow2 -o extended_l2=on,cluster_size=128k image.qcow2 1G"),
        Recipe("external data", "create -f qcow2 -o data_file=image.data image.qcow2 16M"),
        Recipe("external raw data", "create -f qcow2 -o data_file=image.data,data_file_raw=on image.qcow2 16M"),
        Recipe(
            "encrypted by LUKS",
            "create -f qcow2 --object secret,id=s,data=abc -o encrypt.format=luks,encrypt.key-secret=s,"
                + "encrypt.iter-time=10 image.qcow2 16M",
        ),
        Recipe(
            "encrypted by AES",
            "create -f qcow2 --object secret,id=s,data=abc -o encrypt.format=aes,encrypt.key-secret=s image.qcow2 16M",
        ),
        Recipe("backing file beside it", "create -f qcow2 -b base.qcow2 -F qcow2 image.qcow2"),
        Recipe("backing file by absolute path", "create -f qcow2 -b $PWD/base.qcow2 -F qcow2 image.qcow2 8M"),
        Recipe("backing file that is raw", "create -f qcow2 -b base.raw -F raw image.qcow2 8M"),
        Recipe(
            "backing file in json",
            "create -f qcow2 -b json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"$PWD/base.qcow2\"}}"
                + " -F qcow2 image.qcow2",
        ),
        Recipe(
            "backing file in dotted json",
            "create -f qcow2 -b json:{\"driver\":\"qcow2\",\"file.driver\":\"file\",\"file.filename\":\"$PWD/base.qcow2\"}"
                + " -F qcow2 image.qcow2",
        ),
        Recipe("backing file with protocol", "create -f qcow2 -b file:$PWD/base.qcow2 -F qcow2 image.qcow2"),
        Recipe(
            "backing format not recorded",
            "create -f qcow2 -b base.qcow2 -F qcow2 image.qcow2",
            "rebase -u -b base.raw -F raw image.qcow2",
        ),
        Recipe(
            "backing file taken away",
            "create -f qcow2 -b base.qcow2 -F qcow2 image.qcow2",
            "rebase -b  image.qcow2"
        ),
        Recipe(
            "snapshots",
            "create -f qcow2 image.qcow2 16M",
            "snapshot -c clean image.qcow2",
            "snapshot -c sp\u{e4}ter image.qcow2",
            "snapshot -c third image.qcow2",
            "snapshot -d clean image.qcow2",
        ),
        Recipe(
            "snapshots of version 2 and a resize",
            "create -f qcow2 -o compat=0.10 image.qcow2 16M",
            "snapshot -c small image.qcow2",
            "amend -f qcow2 -o compat=1.1 image.qcow2",
            "resize image.qcow2 +16M",
            "snapshot -c large image.qcow2",
        ),
        Recipe("a snapshot with a machine's state", "create -f qcow2 image.qcow2 64M", "machine savevm running"),
        Recipe(
            "a machine's state among snapshots of the disk",
            "create -f qcow2 image.qcow2 64M",
            "snapshot -c before image.qcow2",
            "machine savevm running",
            "snapshot -c after image.qcow2",
            "machine -icount shift=1 savevm counted",
            "machine delvm before",
        ),
        Recipe(
            "a writer that died",
            "create -f qcow2 -o lazy_refcounts=on image.qcow2 16M",
            "abandon write -P 7 0 1M",
        ),
        Recipe("marked as damaged", "create -f qcow2 image.qcow2 16M", "set 79 2"),
        Recipe(
            "damaged and not closed, on a base",
            "create -f qcow2 -o lazy_refcounts=on -b base.qcow2 -F qcow2 image.qcow2",
            "set 79 3",
        ),
        Recipe(
            "backing file in json that is raw",
            "create -f qcow2 -b json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"$PWD/base.raw\"}}"
                + " -F raw image.qcow2 8M",
        ),
        Recipe(
            "backing file in json with a bare file",
            "create -u -f qcow2 -b json:{\"driver\":\"file\",\"filename\":\"$PWD/base.raw\"} -F raw image.qcow2 8M",
        ),
        Recipe(
            "backing file in json with another name",
            "convert -f qcow2 -O qcow2 base.qcow2 b\u{e4}se,1.qcow2",
            "create -f qcow2 -b json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\","
                + "\"filename\":\"$PWD/b\\u00e4se,1.qcow2\"}} -F qcow2 image.qcow2",
        ),
        Recipe(
            "backing file in json of another host",
            "create -u -f qcow2 -b json:{\"driver\":\"nbd\",\"server\":{\"type\":\"unix\",\"path\":\"/no.sock\"}}"
                + " -F raw image.qcow2 8M",
        ),
        Recipe(
            "bitmaps",
            "create -f qcow2 image.qcow2 16M",
            "bitmap --add image.qcow2 first",
            "bitmap --add -g 1M image.qcow2 second",
            "bitmap --disable image.qcow2 first",
        ),
    ]

    @Test(arguments: recipes)
    func `an image is read as qemu-img reads it`(recipe: Recipe) async throws {
        try await withScratchDirectory { directory in
            try await QemuImg.run(["create", "-q", "-f", "raw", "base.raw", "1M"], in: directory)
            try await QemuImg.run(["create", "-q", "-f", "qcow2", "base.qcow2", "4M"], in: directory)
            let image = directory.appending("image.qcow2")
            for command in recipe.commands {
                let words = command.split(separator: " ", omittingEmptySubsequences: false)
                    .map { String($0.replacing("$PWD", with: directory.string)) }
                switch words[0] {
                case "machine": try await Self.monitor(Array(words[1...]), image)
                case "abandon": try await QemuIO.abandon(words[1...].joined(separator: " "), image)
                case "set": try Self.set(Int(words[1]) ?? 0, to: UInt8(words[2]) ?? 0, in: image)
                default: try await QemuImg.run(words, in: directory)
                }
            }
            let theirs = try await QemuImg.info(image, in: directory)
            if recipe.name.contains("died") { #expect(theirs.dirtyFlag == true) }
            if recipe.name.contains("damaged") { #expect(theirs.specific?.data.corrupt == true) }
            try expect(try DiskFacts.read(image), agreesWith: theirs, at: image)
        }
    }

    /// Runs a machine with the image as its disk, has its monitor do something, and ends it.
    ///
    /// - Parameter words: Options of QEMU, if any, and the monitor's line.
    private static func monitor(_ words: [String], _ image: FilePath) async throws {
        let options = words.first?.hasPrefix("-") == true ? Array(words.prefix(2)) : []
        let line = words.dropFirst(options.count).joined(separator: " ")
        let script = image.removingLastComponent().appending("script")
        try WholeFile.write("\(line)\ninfo status\nquit\n".utf8, to: script)
        let outcome = try await ToolRun.run(
            "qemu-system-x86_64",
            [
                "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "16", "-monitor", "stdio", "-drive",
                "file=\(image),format=qcow2",
            ] + options,
            input: script,
        )
        // The monitor answers an error with a line of its own.
        guard outcome.isSuccess, outcome.output.contains("VM status"), !outcome.output.contains("Error") else {
            throw QemuImg.Failure(description: "\(line): \(outcome)")
        }
    }

    private static func set(_ place: Int, to value: UInt8, in image: FilePath) throws {
        var bytes = try WholeFile.read(image)
        bytes[place] = value
        try WholeFile.write(bytes, to: image)
    }

    private func expect(_ ours: DiskFacts, agreesWith theirs: QemuImg.Info, at image: FilePath) throws {
        let facts = try #require(ours.qcow2)
        let specific = try #require(theirs.specific).data
        #expect(ours.virtualSize.bytes == theirs.virtualSize)
        #expect(ours.occupiedSize.bytes == theirs.actualSize)
        #expect(facts.clusterSize.bytes == theirs.clusterSize)
        #expect(facts.isDirty == theirs.dirtyFlag ?? false)
        #expect(facts.version == (specific.compat == "0.10" ? 2 : 3))
        #expect(facts.referenceCountBits == specific.refcountBits)
        #expect(facts.hasLazyReferenceCounts == specific.lazyRefcounts ?? false)
        #expect(facts.hasExtendedL2 == specific.extendedL2 ?? false)
        #expect(facts.isCorrupt == specific.corrupt ?? false)
        #expect(facts.compression.rawValue == specific.compressionType ?? "zlib")
        #expect(facts.dataFile == specific.dataFile)
        #expect(facts.isDataFileRaw == specific.dataFileRaw ?? false)
        #expect(facts.encryption.rawValue == specific.encrypt?.format ?? "none")
        #expect(facts.backingFormat == theirs.backingFormat)
        if let name = theirs.backingFilename {
            #expect(
                facts.backingFile.map { BackingName($0, recordedBy: image) } == BackingName(name, recordedBy: image)
            )
            let full = try #require(theirs.fullBackingFilename)
            #expect(BackingName(name, recordedBy: image) == BackingName(full, recordedBy: image))
            if name.contains("nbd") { #expect(BackingName(name, recordedBy: image) == .remote(name)) }
        } else {
            #expect(facts.backingFile == nil)
        }
        let snapshots = theirs.snapshots ?? []
        #expect(facts.snapshots.map(\.id) == snapshots.map(\.id))
        #expect(facts.snapshots.map(\.name) == snapshots.map(\.name))
        #expect(facts.snapshots.map(\.vmStateSize.bytes) == snapshots.map(\.vmStateSize))
        #expect(facts.snapshots.map(\.dateSeconds) == snapshots.map(\.dateSec))
        #expect(facts.snapshots.map(\.dateNanoseconds) == snapshots.map(\.dateNsec))
        #expect(
            facts.snapshots.map(\.vmClockNanoseconds)
                == snapshots.map { $0.vmClockSec * 1_000_000_000 + $0.vmClockNsec }
        )
        #expect(facts.snapshots.map(\.instructionCount) == snapshots.map(\.icount))
        let bitmaps = specific.bitmaps ?? []
        #expect(facts.bitmaps.map(\.name) == bitmaps.map(\.name))
        #expect(facts.bitmaps.map(\.granularity.bytes) == bitmaps.map(\.granularity))
        #expect(facts.bitmaps.map(\.isAutomatic) == bitmaps.map { $0.flags.contains("auto") })
        #expect(facts.bitmaps.map(\.isInUse) == bitmaps.map { $0.flags.contains("in-use") })
    }
}
