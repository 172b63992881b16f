import CloudInit
import HostSupport
import HostTools
import ImageToolsForTests
import SystemPackage
import Testing

@Suite struct SeedImageTests {
    static let seed = Seed(
        userData: "#cloud-config\nhostname: a\n",
        metaData: "instance-id: a\n",
        networkConfig: "version: 2\n",
        vendorData: "#!/bin/sh\necho \(String(repeating: "long ", count: 3000))\n",
    )

    @Test(arguments: SeedFilesystem.allCases)
    func `a seed comes back from the image that was written`(filesystem: SeedFilesystem) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("seed.img")
            try Self.seed.write(to: path, as: filesystem)
            let image = try SeedImage.read(path)
            #expect(image.filesystem == filesystem)
            #expect(image.label.lowercased() == "cidata")
            #expect(image.seed == Self.seed)
            #expect(image.findings() == [])
        }
    }

    @Test(arguments: SeedFilesystem.allCases)
    func `blkid sees the type and the label by which cloud-init finds the seed`(filesystem: SeedFilesystem) async throws
    {
        try await withScratchDirectory { directory in
            let path = directory.appending("seed.img")
            try Self.seed.write(to: path, as: filesystem)
            let outcome = try await ToolRun.run("blkid", ["-p", "-o", "export", path.string])
            #expect(outcome.output.contains("TYPE=\(filesystem.rawValue)\n"), "\(outcome)")
            #expect(
                outcome.output.lowercased().contains("\nlabel=cidata\n") || outcome.output.hasPrefix("LABEL=CIDATA\n")
            )
        }
    }

    @Test func `isoinfo reads the files by their Joliet and their Rock Ridge names`() async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("seed.iso")
            try Self.seed.write(to: path)
            for names in ["-J", "-R"] {
                for part in Self.seed.parts {
                    let outcome = try await ToolRun.run("isoinfo", ["-i", path.string, names, "-x", "/\(part.name)"])
                    #expect(outcome.output == part.text, "\(names) \(part.name)")
                }
            }
            let facts = try await ToolRun.run("isoinfo", ["-d", "-i", path.string]).output
            #expect(facts.lowercased().contains("volume id: cidata\n"))
            #expect(facts.contains("Joliet with UCS level"))
            #expect(facts.contains("Rock Ridge signatures") || facts.contains("SUSP signatures"), "\(facts)")
        }
    }

    @Test(arguments: [1, 2000, 200_000, 9_000_000])
    func `mtools and fsck read a FAT seed of any size`(size: Int) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("seed.img")
            var seed = Self.seed
            seed.userData = "#!/bin/sh\n" + String(repeating: "x", count: size)
            try seed.write(to: path, as: .vfat)
            let check = try await ToolRun.run("/usr/sbin/fsck.vfat", ["-n", path.string])
            #expect(check.isSuccess, "\(check)")
            for part in seed.parts {
                let outcome = try await ToolRun.run("mtype", ["-i", path.string, "::\(part.name)"])
                #expect(outcome.output == part.text, "\(part.name): \(outcome.errors)")
            }
            #expect(try SeedImage.read(path).seed == seed)
        }
    }

    @Test(arguments: [["-F", "12"], ["-F", "16"], ["-F", "16", "-s", "1"]])
    func `a FAT seed that mkfs and mtools wrote is read`(options: [String]) async throws {
        try await withScratchDirectory { directory in
            let path = directory.appending("seed.img")
            let size = options[1] == "12" ? "2048" : "16384"
            let made = try await ToolRun.run(
                "/usr/sbin/mkfs.vfat",
                options + ["-n", "CIDATA", "-C", path.string, size]
            )
            #expect(made.isSuccess, "\(made)")
            for part in Self.seed.parts {
                let file = directory.appending(part.name)
                try WholeFile.write(part.text.utf8, to: file)
                let copied = try await ToolRun.run("mcopy", ["-i", path.string, file.string, "::"])
                #expect(copied.isSuccess, "\(copied)")
            }
            let image = try SeedImage.read(path)
            #expect(image.seed == Self.seed)
            #expect(image.label == "CIDATA")
        }
    }

    @Test func `an image with another label or without meta-data is no seed to cloud-init`() async throws {
        try await withScratchDirectory { directory in
            let data = directory.appending("data")
            try Directory.create(data)
            try WholeFile.write("#cloud-config\n".utf8, to: data.appending("user-data"))
            try WholeFile.write("instance-id: a\n".utf8, to: data.appending("meta_data"))
            let path = directory.appending("other.iso")
            let made = try await ToolRun.run(
                "genisoimage",
                ["-quiet", "-V", "config", "-J", "-r", "-o", path.string, data.string],
            )
            #expect(made.isSuccess, "\(made)")
            let lines = try SeedImage.read(path).findings().map(\.description)
            #expect(lines.contains { $0.contains("the volume's label is \"config\"") })
            #expect(lines.contains { $0.contains("no file meta-data") && $0.contains("name meta_data meta-data") })
        }
    }

    @Test(arguments: SeedFilesystem.allCases)
    func `a damaged image is an error or a seed, never a crash`(filesystem: SeedFilesystem) async throws {
        let sound = try Self.seed.image(filesystem)
        try await withScratchDirectory { directory in
            let path = directory.appending("damaged.img")
            for _ in 0..<300 {
                var bytes = sound
                for _ in 0..<Int.random(in: 1...8) {
                    bytes[Int.random(in: 0..<bytes.count)] = .random(in: 0...255)
                    // Most of what counts lies at the beginning.
                    bytes[Int.random(in: 0..<min(bytes.count, 40 * 1024))] = .random(in: 0...255)
                }
                if Bool.random() { bytes = Array(bytes.prefix(.random(in: 0..<bytes.count))) }
                try WholeFile.write(bytes, to: path)
                do {
                    _ = try SeedImage.read(path).findings()
                } catch let error as CloudInitError {
                    #expect(error.code == .badSeed)
                }
            }
        }
    }

    @Test func `the same content has the same instance-id, and any change another`() throws {
        let first = try Seed.composed(userData: "a", hostname: "b")
        #expect(try Seed.composed(userData: "a", hostname: "b") == first)
        let others = [
            try Seed.composed(userData: "c", hostname: "b"),
            try Seed.composed(userData: "ab", hostname: ""),
            try Seed.composed(userData: "a", vendorData: "b"),
            try Seed.composed(userData: "a", hostname: "b", publicKeys: ["ssh-ed25519 AAAA"]),
        ]
        #expect(Set(([first] + others).compactMap(\.instanceID)).count == 5)
        #expect(first.instanceID?.hasPrefix("quiver-") == true)
    }

    static let metaData = ["mine: {a: [1, 2]} # kept\n", "mine: {a: [1, 2]} # kept", "{\"mine\": {\"a\": 1}}\n", ""]

    @Test(arguments: metaData)
    func `options are added to a meta-data that is there`(text: String) throws {
        let seed = try Seed.composed(metaData: text, hostname: "box", publicKeys: ["ssh-ed25519 AAAAC3 \"quoted\""])
        if !text.hasPrefix("{") { #expect(seed.metaData.hasPrefix(text)) }
        #expect(seed.metaData.contains("local-hostname: box\n"))
        #expect(seed.metaData.contains("ssh-ed25519 AAAAC3 \"quoted\""))
        #expect(seed.instanceID?.hasPrefix("quiver-") == true)
        #expect(SeedCheck.findings(of: seed) == [])
    }

    @Test func `a meta-data that needs nothing stays as it is, and one that contradicts an option is refused`() throws {
        let own = "instance-id: mine # kept\nlocal-hostname: a\n"
        #expect(try Seed.composed(metaData: own).metaData == own)
        let error = #expect(throws: CloudInitError.self) { try Seed.composed(metaData: own, hostname: "b") }
        #expect(
            error?.description
                == "meta-data: already has a local-hostname; give the host name either there or as an option"
        )
    }
}
