import HostSupport
import HostTools
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What `quiver image info` prints of a disk, held against `qemu-img info`.
@Suite struct ImageInfoTests {
    /// A JSON value whose shape is not known beforehand.
    private enum Value: Decodable, Equatable {
        case object([String: Value])
        case array([Value])
        case number(Double)
        case text(String)
        case flag(Bool)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let array = try? container.decode([Value].self) {
                self = .array(array)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        /// The values that are no containers, by their paths as in `snapshots.0.name`.
        func leaves(_ path: String = "") -> [String: Value] {
            let members: [(String, Value)] =
                switch self {
                case .object(let members): members.map { ($0.key, $0.value) }
                case .array(let items): items.enumerated().map { ("\($0.offset)", $0.element) }
                default: []
                }
            guard !members.isEmpty else { return [path: self] }
            return members.reduce(into: [:]) { leaves, member in
                leaves.merge(member.1.leaves(path.isEmpty ? member.0 : "\(path).\(member.0)")) { $1 }
            }
        }
    }

    /// Where Quiver prints what `qemu-img` prints, with numbers for items of lists taken out.
    private static let places = [
        "filename": "disk", "format": "format", "virtual-size": "virtualSize", "actual-size": "occupiedSize",
        "cluster-size": "qcow2.clusterSize", "dirty-flag": "qcow2.isDirty", "backing-filename": "qcow2.backingFile",
        "backing-filename-format": "qcow2.backingFormat", "full-backing-filename": "backingPath",
        "format-specific.data.lazy-refcounts": "qcow2.hasLazyReferenceCounts",
        "format-specific.data.refcount-bits": "qcow2.referenceCountBits",
        "format-specific.data.corrupt": "qcow2.isCorrupt",
        "format-specific.data.extended-l2": "qcow2.hasExtendedL2",
        "format-specific.data.compression-type": "qcow2.compression",
        "format-specific.data.data-file": "qcow2.dataFile",
        "format-specific.data.data-file-raw": "qcow2.isDataFileRaw",
        "format-specific.data.encrypt.format": "qcow2.encryption",
        "format-specific.data.bitmaps.N.name": "qcow2.bitmaps.N.name",
        "format-specific.data.bitmaps.N.granularity": "qcow2.bitmaps.N.granularity",
        "snapshots.N.id": "qcow2.snapshots.N.id", "snapshots.N.name": "qcow2.snapshots.N.name",
        "snapshots.N.vm-state-size": "qcow2.snapshots.N.vmStateSize",
        "snapshots.N.date-sec": "qcow2.snapshots.N.dateSeconds",
        "snapshots.N.date-nsec": "qcow2.snapshots.N.dateNanoseconds",
        "snapshots.N.icount": "qcow2.snapshots.N.instructionCount",
    ]
    /// What is printed in another form, or is none of the header's: the version, flags, whether there is encryption, a
    /// clock in two numbers; the parameters of encryption and the files below.
    private static let others = [
        "format-specific.type", "format-specific.data.compat", "format-specific.data.bitmaps.N.flags", "encrypted",
        "snapshots.N.vm-clock-sec", "snapshots.N.vm-clock-nsec", "format-specific.data.encrypt", "children",
    ]

    static let recipes: [(name: String, commands: [String])] = [
        ("defaults", ["create -f qcow2 image.qcow2 64M"]),
        (
            "every option",
            [
                "create -f qcow2 -o lazy_refcounts=on,extended_l2=on,compression_type=zstd,refcount_bits=8 image.qcow2 64M",
                "snapshot -c one image.qcow2", "snapshot -c two image.qcow2", "bitmap --add image.qcow2 first",
            ]
        ),
        (
            "a base and a data file",
            [
                "create -f qcow2 base.qcow2 64M",
                "create -f qcow2 -b base.qcow2 -F qcow2 -o data_file=image.data image.qcow2",
            ]
        ),
        (
            "encryption",
            [
                "create -f qcow2 --object secret,id=s,data=abc -o encrypt.format=aes,encrypt.key-secret=s "
                    + "image.qcow2 16M"
            ]
        ),
    ]

    @Test(arguments: recipes)
    func `every field that qemu-img prints of a header is printed`(name: String, commands: [String]) async throws {
        try await DiskCommands.with { quiver in
            func qemuImg(_ line: String) async throws -> String {
                let words = line.split(separator: " ").map(String.init)
                let outcome = try await ToolRun.run("qemu-img", words, workingDirectory: quiver.directory)
                try #require(outcome.isSuccess, "\(line): \(outcome)")
                return outcome.output
            }
            for command in commands { _ = try await qemuImg(command) }
            let path = "\(quiver.directory)/image.qcow2"
            let text = try await qemuImg("info --output=json \(path)")
            let theirs = try JSONDecoder().decode(Value.self, from: Data(text.utf8)).leaves()
            let ours = try await quiver.json("image info \(path)", as: Value.self).leaves()
            #expect(theirs.count > 8)
            for (key, value) in theirs {
                let general = key.split(separator: ".").map { $0.allSatisfy(\.isNumber) ? "N" : String($0) }
                let place = general.joined(separator: ".")
                if Self.others.contains(where: { place == $0 || place.hasPrefix($0 + ".") }), Self.places[place] == nil
                {
                    continue
                }
                let known = try #require(Self.places[place], "\(key) is not printed")
                // The items' numbers go where they came from.
                let number = key.split(separator: ".").first { $0.allSatisfy(\.isNumber) }.map(String.init) ?? ""
                #expect(ours[known.replacing(".N.", with: ".\(number).")] == value, "\(key)")
            }
        }
    }

    @Test func `the text names what the header holds`() async throws {
        try await DiskCommands.with { quiver in
            for (name, commands) in Self.recipes where name == "every option" {
                for command in commands {
                    let words = command.split(separator: " ").map(String.init)
                    let outcome = try await ToolRun.run("qemu-img", words, workingDirectory: quiver.directory)
                    try #require(outcome.isSuccess, "\(outcome)")
                }
            }
            let lines = try await quiver.output("image info image.qcow2").split(separator: "\n").map(String.init)
            for expected in [
                "disk          image.qcow2 (qcow2)", "version       3 (compat 1.1)",
                "clusters      64 KiB, 8-bit reference counts, compression zstd",
                "traits        lazy reference counts, extended L2",
                "bitmap        first, granularity 64 KiB, kept up to date",
            ] {
                #expect(lines.contains(expected), "\(expected) in \(lines)")
            }
            #expect(lines.contains { $0.hasPrefix("size          64 MiB for the guest, ") })
            #expect(lines.contains { $0.hasPrefix("snapshot      2 two, saved ") })
        }
    }

    @Test func `an image of the store is told with its disk, in one object`() async throws {
        try await DiskCommands.with { quiver in
            try await quiver.makeImage("disk.qcow2")
            _ = try await quiver.output("image import disk.qcow2 --name mine:1")
            let text = try await quiver.output("image info mine:1")
            #expect(text.hasPrefix("name          mine:1\n") && text.contains("\nsize          64 MiB for the guest, "))
            let ours = try await quiver.json("image info mine:1", as: Value.self).leaves()
            #expect(ours["name"] == .text("mine:1") && ours["defaultUser"] != nil)
            #expect(ours["virtualSize"] == .number(67_108_864) && ours["qcow2.version"] == .number(3))
        }
    }
}
