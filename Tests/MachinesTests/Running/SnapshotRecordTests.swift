import HostSupport
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// Snapshots that meet another machine than they were saved from.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct SnapshotRecordTests {
    @Test func `a snapshot is not loaded into a machine with other devices, which goes on as it was`() async throws {
        try await withSavedMachine { store, directory in
            try change(directory) { $0.hasScreen = true }
            let machine = try await store.start("one", isPaused: true)
            let error = await #expect(throws: MachineError.self) { try await machine.load("kept") }
            #expect(error?.code == .snapshotImpossible)
            #expect(error?.message.contains("device screen0: is VGA, was not there") == true, "\(error as Any)")
            let state = try await machine.runState()
            #expect(state == .prelaunch)
            _ = try await machine.kill()

            try change(directory) { $0.hasScreen = false }
            let again = try await store.start("one", isPaused: true)
            try await again.load("kept")
            _ = try await again.kill()
        }
    }

    @Test func `a snapshot is not loaded into a machine with a card plugged in since`() async throws {
        try await withSavedMachine { store, _ in
            let machine = try await store.start("one")
            _ = try await machine.plug(UserNetwork(id: "net1"))
            let error = await #expect(throws: MachineError.self) { try await machine.load("kept") }
            #expect(error?.code == .snapshotImpossible)
            #expect(error?.message.contains("device net1-device: is virtio-net-pci") == true, "\(error as Any)")
            #expect(try await machine.runState() == .running)
            _ = try await machine.kill()
        }
    }

    @Test(arguments: Board.qemus.compactMap { $0 })
    func `a snapshot of one QEMU is not loaded by another, and still loaded by its own`(next: FilePath) async throws {
        try await withSavedMachine { store, _ in
            let machine = try await store.start("one", isPaused: true, options: LaunchOptions(qemu: next))
            let error = await #expect(throws: MachineError.self) { try await machine.load("kept") }
            #expect(error?.code == .snapshotImpossible)
            let message = try #require(error?.message)
            let words = ["different configuration: QEMU ", " was replaced by ", "machine type: was pc-q35-"]
            for word in words { #expect(message.contains(word), "\(message)") }
            _ = try await machine.kill()
            let again = try await store.start("one", isPaused: true)
            try await again.load("kept")
            _ = try await again.kill()
        }
    }

    @Test func `a snapshot that was made at the monitor is loaded, also under a tag that had a record`() async throws {
        try await withSavedMachine { store, directory in
            try change(directory) { $0.hasScreen = true }
            let machine = try await store.start("one")
            try await machine.runSnapshotCommand("snapshot-save", "by hand")
            try await machine.load("by hand")
            // Of the machine that it is now, under the tag of one that was saved from another.
            try await machine.runSnapshotCommand("snapshot-delete", "kept")
            try await machine.runSnapshotCommand("snapshot-save", "kept")
            try await machine.load("kept")
            #expect(try await machine.runState() == .running)
            _ = try await machine.kill()
        }
    }

    @Test func `what a snapshot depends on is forgotten with it, and a damaged record is none`() async throws {
        try await withSavedMachine { store, directory in
            try await store.deleteSnapshot("kept", ofStopped: "one")
            #expect(try WholeFile.readText(directory.snapshotsFile).contains("kept") == false)
            try WholeFile.write("no record".utf8, to: directory.snapshotsFile)
            let machine = try await store.start("one")
            try await machine.saveSnapshot("kept")
            #expect(try WholeFile.readText(directory.snapshotsFile).contains("kept"))
            try WholeFile.write("no record".utf8, to: directory.snapshotsFile)
            try await machine.load("kept")
            _ = try await machine.kill()
        }
    }

    /// How a snapshot is made unloadable in ways that only QEMU finds out about, half way through.
    enum Harm: CaseIterable {
        /// Its state is of a machine with less memory, and nothing tells so.
        case foreign
        /// Its state is overwritten in the disk.
        case damaged
    }

    @Test(arguments: Harm.allCases)
    func `a machine that QEMU could not put back is ended and can be started again`(harm: Harm) async throws {
        try await withSavedMachine { store, directory in
            switch harm {
            case .foreign:
                try Directory.removeTree(directory.snapshotsFile)
                try change(directory) { $0.memory = .mebibytes(96) }
            case .damaged: try damageState(in: directory.disk)
            }
            let machine = try await store.start("one")
            let error = await #expect(throws: MachineError.self) { try await machine.load("kept") }
            #expect(error?.code == .snapshotFailed, "\(error as Any)")
            #expect(error?.message.contains("the machine was killed") == true)
            #expect(machine.exitCause?.kind == .killed)
            #expect(!ProcessProbe.isAlive(machine.process.processID))
            #expect(try store.status(of: "one").state == .crashed)
            let again = try await store.start("one")
            #expect(try await again.runState() == .running)
            _ = try await again.kill()
        }
    }

    /// Overwrites what follows the head of the state in the disk; it begins with QEMU's magic number.
    private func damageState(in disk: FilePath) throws {
        let content = try WholeFile.read(disk)
        let magic = Array("QEVM".utf8) + [0, 0, 0, 3]
        let place = try #require(content.indices.first { content[$0...].starts(with: magic) })
        let file = try FileDescriptor.open(disk, .writeOnly, options: .closeOnExec)
        try file.closeAfter {
            _ = try file.writeAll(toAbsoluteOffset: Int64(place + 512), [UInt8](repeating: 0xFF, count: 16 << 10))
        }
    }

    private func change(_ directory: MachineDirectory, _ body: (inout MachineDescription) -> Void) throws {
        let file = directory.descriptionFile
        var description = try #require(try MachineFile.read(MachineDescription.self, from: file, machine: "one"))
        body(&description)
        try MachineFile.write(description, to: file, machine: "one")
    }

    /// A machine without an operating system that does not run and has a snapshot `kept` with its memory.
    private func withSavedMachine(_ body: (MachineStore, MachineDirectory) async throws -> Void) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { directory in
                try await EmptyDisk.create(at: directory.disk)
                var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
                small.drives = [Drive(id: "disk0", file: directory.disk)]
                small.hotPlugSlots = 1
                return small
            }
            let machine = try await store.start("one")
            try await machine.saveSnapshot("kept")
            _ = try await machine.kill()
            try await body(store, directory)
        }
    }
}
