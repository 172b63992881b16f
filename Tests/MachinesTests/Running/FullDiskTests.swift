import HostSupport
import HostTools
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// Machines on a disk of the host that really is full.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct FullDiskTests {
    @Test func `a guest that fills the host's disk is paused, and goes on when there is room again`() async throws {
        try await withGuest(on: .mebibytes(48)) { machine, shell, disk in
            try disk.fill(leaving: .mebibytes(4))
            var states = machine.runStates.makeAsyncIterator()
            #expect(try await states.next() == .running)
            try shell.send("dd if=/dev/urandom of=/dev/vda bs=1M count=16 conv=fsync 2>/dev/null; echo written")
            let then = try await states.next()
            #expect(then == .ioError)
            let problem = try #require(try await machine.driveProblems().first)
            #expect(
                problem.isFull && problem.drive == "disk0" && problem.file == machine.description.drives[0].file
            )
            let free = try #require(problem.free)
            #expect(free < .mebibytes(4))
            try disk.empty()
            try await machine.resume()
            #expect(try await shell.run("true").contains("written"))
            let left = try await machine.driveProblems()
            #expect(left.isEmpty)
        }
    }

    @Test func `a snapshot that would not find room is refused before anything is written`() async throws {
        try await withGuest(on: .mebibytes(64)) { machine, shell, disk in
            try disk.fill(leaving: .mebibytes(2))
            let before = try disk.free
            let error = await #expect(throws: MachineError.self) { try await machine.saveSnapshot("tag") }
            #expect(error?.code == .noSpace)
            #expect(error?.message.contains("free") == true, "\(String(describing: error))")
            #expect(try disk.free == before)
            #expect(try await machine.snapshots().isEmpty)
            #expect(try await shell.run("echo alive") == "alive")
        }
    }

    @Test func `a save that runs out of room leaves the machine running and its snapshots whole`() async throws {
        try await withGuest(on: .mebibytes(400)) { machine, shell, disk in
            _ = try await shell.run("echo before >/tmp/mark")
            try await machine.saveSnapshot("kept")
            _ = try await shell.run("echo after >/tmp/mark")
            try disk.fill(leaving: .mebibytes(8))
            // As if the room had gone after it was looked for.
            let error = await #expect(throws: MachineError.self) {
                try await machine.saveSnapshot("broken", checksRoom: false, within: Patience.seconds(60))
            }
            #expect(error?.code == .noSpace, "\(String(describing: error))")
            #expect(error?.description.contains("\n") == false && error?.message.contains("free some") == true)
            #expect(try await shell.run("cat /tmp/mark") == "after")
            try disk.empty()
            #expect(try await machine.snapshots().map(\.tag) == ["kept"])
            try await machine.load("kept")
            #expect(try await shell.run("cat /tmp/mark") == "before")
            _ = try await machine.kill()
            let check = try await ToolRun.run(
                "qemu-img",
                ["check", "-q", machine.description.drives[0].file.string]
            )
            // 3: clusters that nobody uses; the data is whole.
            #expect([0, 3].contains(check.status), "\(check.errors)\(check.output)")
        }
    }

    @Test func `how a machine ended is known even when its disk is full`() async throws {
        try await TinyDisk.with(.mebibytes(8)) { disk in
            let store = MachineStore(home: QuiverHome(root: disk.directory.appending("home")))
            _ = try await store.create("one") { _ in
                MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
            }
            let machine = try await store.start("one")
            await machine.disconnect()
            try disk.fill()
            let cause = try await store.kill("one")
            #expect(cause.kind == .killed)
            let status = try store.status(of: "one")
            #expect(status.state == .crashed && status.cause == cause)
            try disk.empty()
        }
    }

    /// A guest whose disk lies on a disk of the host of the given size.
    private func withGuest(
        on size: ByteCount,
        _ body: (Machine, ConsoleShell, TinyDisk) async throws -> Void,
    ) async throws {
        try await TinyDisk.with(size) { disk in
            try await ScratchHome.with { home in
                try await withMachine(home: home) { directory in
                    var description = try await TestGuest.describe(in: directory)
                    let file = disk.directory.appending("disk.qcow2")
                    try await EmptyDisk.create(at: file)
                    description.drives = [Drive(id: "disk0", file: file)]
                    return description
                } _: { machine in
                    let shell = try await ConsoleShell.attach(to: machine)
                    defer { shell.close() }
                    try await body(machine, shell, disk)
                }
            }
        }
    }
}
