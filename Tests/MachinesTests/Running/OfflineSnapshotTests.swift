import HostSupport
import HostTools
import Machines
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

/// Snapshots of a machine that does not run, and of one that is started from a snapshot.
@Suite(.tags(.qemu), .hangLimit(minutes: 3))
struct OfflineSnapshotTests {
    @Test func `the disks of a stopped machine are saved, listed, put back and forgotten`() async throws {
        try await withStoppedMachine(drives: 2) { store, directory in
            try await write("before", to: directory)
            try await store.saveSnapshot("a b/c", ofStopped: "one")
            try await write("after", to: directory)
            let saved = try #require(try await store.snapshots(ofStopped: "one").first)
            #expect(saved.tag == "a b/c" && !saved.hasMemory && saved.missingDrives.isEmpty)
            try await store.restore("a b/c", ofStopped: "one")
            #expect(try await read(6, from: directory) == "before")
            try await store.deleteSnapshot("a b/c", ofStopped: "one")
            #expect(try await store.snapshots(ofStopped: "one").isEmpty)
        }
    }

    @Test func `a tag that exists, does not exist or cannot be is refused`() async throws {
        try await withStoppedMachine { store, _ in
            try await store.saveSnapshot("once", ofStopped: "one")
            await expect(failing: .exists) { try await store.saveSnapshot("once", ofStopped: "one") }
            await expect(failing: .notFound) { try await store.restore("never", ofStopped: "one") }
            await expect(failing: .notFound) { try await store.deleteSnapshot("never", ofStopped: "one") }
            for tag in ["", "12", "a\nb", String(repeating: "x", count: 256)] {
                await expect(failing: .invalidSnapshotTag) { try await store.saveSnapshot(tag, ofStopped: "one") }
            }
            #expect(try await store.snapshots(ofStopped: "one").map(\.tag) == ["once"])
        }
    }

    @Test func `a snapshot that one drive refuses leaves nothing on the others`() async throws {
        try await withStoppedMachine(drives: 2) { store, directory in
            try Directory.removeTree(directory.path.appending("disk1.qcow2"))
            try WholeFile.write("no image".utf8, to: directory.path.appending("disk1.qcow2"))
            await #expect(throws: (any Error).self) { try await store.saveSnapshot("half", ofStopped: "one") }
            let tags = try await ToolRun.run("qemu-img", ["snapshot", "-l", directory.disk.string])
            #expect(tags.isSuccess && !tags.output.contains("half"))
        }
    }

    @Test func `a snapshot with memory is loaded into a machine that was stopped`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { try await TestGuest.describe(in: $0) }
            let first = try await store.start("one")
            let shell = try await ConsoleShell.attach(to: first)
            _ = try await shell.run("echo remembered >/tmp/mark")
            try await first.saveSnapshot("warm")
            shell.close()
            _ = try await first.kill()

            let saved = try await store.snapshot("warm", ofStopped: "one")
            #expect(saved.hasMemory && saved.guestUptime > 0)
            let again = try await store.start("one", isPaused: true)
            let waiting = try await again.runState()
            #expect(waiting == .prelaunch)
            _ = try await again.restore("warm", resumes: true)
            let mark = try await ConsoleShell.reattach(to: again).run("cat /tmp/mark")
            #expect(mark == "remembered")
            _ = try await again.kill()
        }
    }

    @Test func `nobody works on the disks of a machine that runs, or starts one that is worked on`() async throws {
        try await withStoppedMachine { store, directory in
            let machine = try await store.start("one")
            await expect(failing: .alreadyRunning) { try await store.saveSnapshot("tag", ofStopped: "one") }
            _ = try await machine.kill()
            let lock = try await FileLock.acquire(directory.lockFile, within: Patience.seconds(10))
            #expect(try store.status(of: "one").state == .busy)
            await expect(failing: .alreadyRunning) { _ = try await store.start("one") }
            await expect(failing: .alreadyRunning) { try await store.remove("one") }
            _ = consume lock
        }
    }

    private func withStoppedMachine(
        drives count: Int = 1,
        _ body: (MachineStore, MachineDirectory) async throws -> Void,
    ) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { directory in
                var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
                for number in 0..<count {
                    let file = number == 0 ? directory.disk : directory.path.appending("disk\(number).qcow2")
                    try await EmptyDisk.create(at: file)
                    small.drives.append(Drive(id: "disk\(number)", file: file))
                }
                return small
            }
            try await body(store, directory)
        }
    }

    private func write(_ text: String, to directory: MachineDirectory) async throws {
        let raw = directory.path.appending("content")
        try WholeFile.write(text.utf8 + [UInt8](repeating: 0, count: 512 - text.utf8.count), to: raw)
        let arguments = ["-c", "write -q -s \(raw) 0 512", directory.disk.string]
        let outcome = try await ToolRun.run("qemu-io", arguments)
        try #require(outcome.isSuccess, "\(outcome.errors)\(outcome.output)")
    }

    private func read(_ count: Int, from directory: MachineDirectory) async throws -> String {
        let raw = directory.path.appending("read")
        let outcome = try await ToolRun.run(
            "qemu-img",
            ["dd", "-O", "raw", "bs=512", "count=1", "if=\(directory.disk)", "of=\(raw)"],
        )
        try #require(outcome.isSuccess, "\(outcome.errors)")
        return String(decoding: try WholeFile.read(raw).prefix(count), as: UTF8.self)
    }
}
