import HostSupport
import Machines
import MachinesTesting
import PatienceForTests
import QAPI
import QMPClient
import Quantities
import SystemPackage
import Testing
import WireJSON

/// Guests in trouble: a disk that is full, a kernel that gives up.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct TroubleTests {
    @Test func `a full disk pauses the guest, and the drive is named`() async throws {
        try await withGuest { machine, shell in
            try await plugFullDisk(into: machine)
            var states = machine.runStates.makeAsyncIterator()
            let first = try await states.next()
            #expect(first == .running)
            try shell.send("while [ ! -e /dev/vdb ]; do sleep 0.2; done; echo x | dd of=/dev/vdb conv=fsync")
            let then = try await states.next()
            #expect(then == .ioError)
            let problem = try #require(try await machine.driveProblems().first)
            #expect(problem.isFull && problem.drive == "full")
            #expect(problem.description.contains("no space left"))
        }
    }

    @Test func `a kernel's panic is the cause of the machine's end`() async throws {
        try await withGuest { machine, shell in
            // Reads to the console's end: a client that does not read holds up what the guest prints.
            _ = try? await shell.run("echo c >/proc/sysrq-trigger")
            let cause = try await machine.waitUntilEnded()
            #expect(cause.kind == .guestPanic, "\(cause)")
        }
    }

    @Test func `a drive that holds no snapshots is named before anything is saved`() async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                let raw = directory.path.appending("data.raw")
                try await EmptyDisk.create(at: raw, format: .raw)
                try await EmptyDisk.create(at: directory.disk)
                var description = MachineDescription(architecture: .x86_64, memory: .mebibytes(64))
                description.drives = [
                    Drive(id: "disk0", file: directory.disk), Drive(id: "data", file: raw, format: .raw),
                ]
                return description
            } _: { machine in
                let error = await #expect(throws: MachineError.self) { try await machine.saveSnapshot("tag") }
                #expect(error?.code == .snapshotImpossible)
                #expect(error?.message.contains("data") == true && error?.message.contains("qcow2") == true)
            }
        }
    }

    private func withGuest(_ body: (Machine, ConsoleShell) async throws -> Void) async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                var description = try await TestGuest.describe(in: directory)
                description.hotPlugSlots = 1
                return description
            } _: { machine in
                let shell = try await ConsoleShell.attach(to: machine)
                defer { shell.close() }
                try await body(machine, shell)
            }
        }
    }

    /// Plugs in a disk of whose file every write fails as on a full disk of the host.
    private func plugFullDisk(into machine: Machine) async throws {
        let file = machine.directory.path.appending("full.raw")
        try await EmptyDisk.create(at: file, format: .raw)
        _ = try await machine.qmp.execute(
            "blockdev-add",
            [
                "driver": "raw", "node-name": "full",
                "file": [
                    "driver": "blkdebug", "image": ["driver": "file", "filename": .string(file.string)],
                    "inject-error": [["event": "pwritev", "errno": 28, "once": false]],
                ],
            ],
        )
        _ = try await machine.qmp.execute(
            "device_add",
            ["driver": "virtio-blk-pci", "id": "full-device", "drive": "full", "bus": "slot0"],
        )
    }
}
