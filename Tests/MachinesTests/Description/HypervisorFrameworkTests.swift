import HostSupport
import QAPI
import SystemPackage
import Testing
import WireJSON

@testable import Machines

/// What a machine under macOS's hypervisor is started with, which can be looked at on every system.
@Suite struct HypervisorFrameworkTests {
    private func plan(
        _ accelerator: Accelerator = .hvf,
        qemu version: String? = nil,
        _ change: (inout MachineDescription) -> Void = { _ in },
    ) -> LaunchPlan {
        var description = MachineDescription(architecture: .aarch64)
        change(&description)
        return LaunchPlan(
            name: "one",
            id: MachineID(),
            description: description,
            accelerator: accelerator,
            flash: .builtIn,
            qemuVersion: version,
            dataDirectories: [],
            consoleLog: "/tmp/console.log",
        )
    }

    private func value(of option: String, in arguments: [String], containing mark: String = "") -> String? {
        zip(arguments, arguments.dropFirst()).first { $0 == "-\(option)" && $1.contains(mark) }?.1
    }

    private func memory(of plan: LaunchPlan) throws -> JSONObject {
        try JSONObject(json: JSON.parse(try #require(value(of: "object", in: plan.arguments, containing: "mem-path"))))
    }

    @Test func `the processor is the host's, and no interrupt controller is named`() {
        let arguments = plan().arguments
        #expect(value(of: "accel", in: arguments) == "hvf")
        #expect(value(of: "cpu", in: arguments) == "host")
        #expect(value(of: "machine", in: arguments) == "virt")
        #expect(!arguments.contains { $0.contains("gic") })
    }

    @Test func `a fork's memory is opened for reading and can be written`() throws {
        let memory = try memory(of: plan(qemu: "10.0.2") { $0.memoryBacking = .privateFile("/t/memory") })
        #expect(memory["share"] == false)
        #expect(memory["readonly"] == true)
        #expect(memory["rom"] == "off")
    }

    @Test(
        arguments: [
            (Accelerator.hvf, "8.1.5" as String?, MemoryBacking.privateFile("/t/memory")),
            (.hvf, nil, .privateFile("/t/memory")),
            (.hvf, "10.0.2", .sharedFile("/t/memory")), (.tcg, "10.0.2", .privateFile("/t/memory")),
            (.kvm, "10.0.2", .privateFile("/t/memory")),
        ]
    )
    func `any other memory is opened as QEMU does it`(
        accelerator: Accelerator,
        version: String?,
        backing: MemoryBacking,
    ) throws {
        let memory = try memory(of: plan(accelerator, qemu: version) { $0.memoryBacking = backing })
        #expect(memory["readonly"] == nil)
        #expect(memory["rom"] == nil)
    }

    @Test(arguments: [
        ("8.2.0", true), ("8.10.0", true), ("10.0.2", true), ("8.1.99", false), ("7.2.22", false), ("", false),
    ])
    func `versions are compared by their numbers`(version: String, isNewEnough: Bool) {
        #expect((QEMUVersionNumber(version) >= QEMUVersionNumber("8.2")) == isNewEnough)
    }

    @Test func `Homebrew's firmware is found where its QEMU is, by its link and in its cellar`() throws {
        let root = FilePath("/tmp/quiver-brew-\(UInt32.random(in: 0 ... .max))")
        defer { try? Directory.removeTree(root) }
        for prefix in ["opt/homebrew", "opt/homebrew/Cellar/qemu/10.0.2"] {
            let share = root.appending("\(prefix)/share/qemu")
            try Directory.create(share)
            for name in ["edk2-aarch64-code.fd", "edk2-arm-vars.fd"] {
                try WholeFile.write("".utf8, to: share.appending(name))
            }
            let program = root.appending("\(prefix)/bin/qemu-system-aarch64")
            let files = try #require(FirmwareFiles.find(for: .aarch64, beside: program, root: root))
            #expect(files.code == share.appending("edk2-aarch64-code.fd"))
            #expect(files.variablesTemplate == share.appending("edk2-arm-vars.fd"))
        }
    }
}
