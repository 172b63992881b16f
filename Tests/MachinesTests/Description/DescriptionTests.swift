import HostSupport
import Quantities
import SystemPackage
import Testing

@testable import Machines

struct DescriptionTests {
    @Test func `a description survives its file, with paths as text`() throws {
        var description = MachineDescription(architecture: .aarch64, processorCount: 3, memory: .mebibytes(512))
        description.drives = [Drive(id: "disk0", file: "/a b/c.qcow2"), .seed("/seed.iso")]
        description.firmware = .uefiFiles(code: "/code.fd", variables: "/vars.qcow2")
        description.memoryBacking = .sharedFile("/ram")
        description.kernel = DirectKernel(image: "/vmlinuz", initialRamdisk: nil, commandLine: "quiet")
        let path = FilePath("/tmp/quiver-description-\(UInt32.random(in: 0 ... .max)).json")
        defer { try? Directory.removeTree(path) }
        try MachineFile.write(description, to: path, machine: "m")
        #expect(try WholeFile.readText(path).contains("\"/a b/c.qcow2\""))
        #expect(try MachineFile.read(MachineDescription.self, from: path, machine: "m") == description)
    }

    @Test(arguments: [
        ("", "syntax error"), ("[]", "it has the wrong type"), ("{}", "it has no `architecture`"),
        (#"{ "architecture": "mips" }"#, "`architecture` has an invalid value"),
        (#"{ "architecture": 1 }"#, "`architecture` has the wrong type"),
    ])
    func `a description that cannot be read is reported in one line`(text: String, reason: String) throws {
        let path = FilePath("/tmp/quiver-description-\(UInt32.random(in: 0 ... .max)).json")
        defer { try? Directory.removeTree(path) }
        try WholeFile.write(text.utf8, to: path)
        let error = #expect(throws: MachineError.self) {
            try MachineFile.read(MachineDescription.self, from: path, machine: "m")
        }
        #expect(
            error?.description
                == "machine m: \(path): invalid JSON: \(reason); fix the file, or remove the machine with `quiver rm m`"
        )
    }

    private static func description(_ change: (inout MachineDescription) -> Void) -> MachineDescription {
        var description = MachineDescription(architecture: .x86_64)
        change(&description)
        return description
    }

    @Test(arguments: [
        ("0 processors", description { $0.processorCount = 0 }),
        ("-5 hot-plug slots", description { $0.hotPlugSlots = -5 }),
        ("1099511627776 hot-plug slots", description { $0.hotPlugSlots = 1 << 40 }),
        ("1.5 MiB", description { $0.memory = ByteCount(1_572_864) }),
        ("does not exist", description { $0.drives = [Drive(id: "disk0", file: "/no/such/file")] }),
        ("id `", description { $0.networks = [UserNetwork(id: "net 0")] }),
        ("twice", description { $0.networks = [UserNetwork(), UserNetwork()] }),
        (
            "port 8080 of this host is forwarded twice",
            description {
                $0.networks = [
                    UserNetwork(
                        forwards: [
                            PortForward(hostPort: 8080, guestPort: 80), PortForward(hostPort: 8080, guestPort: 81),
                        ]
                    )
                ]
            }
        ),
    ])
    func `what cannot be is refused before QEMU is started`(mark: String, description: MachineDescription) {
        let error = #expect(throws: MachineError.self) { try description.check(named: "m") }
        #expect(error?.code == .invalidDescription)
        #expect(error?.message.contains(mark) == true, "\(String(describing: error))")
    }

    @Test(arguments: ["", ".hidden", "a/b", "a b", "-x", String(repeating: "x", count: 65)])
    func `a name that is no directory name is refused`(name: String) {
        #expect(throws: MachineError.self) { try MachineStore.check(name: name) }
    }

    @Test func `sockets get a short path wherever the machine lies`() {
        let deep = FilePath("/" + String(repeating: "deep/", count: 40) + "machine")
        let directory = MachineDirectory(path: deep, runtime: deep.appending("run"))
        #expect(directory.channelSocket(29).string.utf8.count < 104)
        #expect(directory == MachineDirectory(path: deep, runtime: deep.appending("run")))
    }
}
