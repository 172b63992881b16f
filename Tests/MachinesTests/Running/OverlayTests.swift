import HostSupport
import HostTools
import Machines
import PatienceForTests
import Quantities
import Synchronization
import SystemPackage
import Testing

/// Drives that go on in other files while their machine runs: overlays, commits and copies.
@Suite(.tags(.qemu), .hangLimit(minutes: 3))
struct OverlayTests {
    @Test func `a machine starts again with the overlay that was put on its drive, and without it after a commit`()
        async throws
    {
        try await withMachineOfDisk { store, directory in
            let overlay = directory.path.appending("overlay, new.qcow2")
            let first = try await store.start("one")
            try await qemuIO(first, "write -P 1 0 64k")
            try await first.addOverlay(on: "disk0", base: directory.disk, file: overlay, node: "above")
            try await qemuIO(first, "write -P 2 0 64k")
            try await qemuIO(first, "flush")
            #expect(try store.description(of: "one").drives.map(\.file) == [overlay])
            _ = try await first.kill()

            let second = try await store.start("one")
            try await qemuIO(second, "read -P 2 0 64k")
            let third = directory.path.appending("third.qcow2")
            try await second.addOverlay(on: "disk0", base: overlay, file: third, node: "third")
            try await qemuIO(second, "write -P 3 0 64k")
            #expect(try store.description(of: "one").drives.map(\.file) == [third])
            try await second.commit("third", into: "disk0")
            #expect(try store.description(of: "one").drives.map(\.file) == [overlay])
            try await qemuIO(second, "read -P 3 0 64k")
            _ = try await second.kill()
        }
    }

    @Test func `an overlay that QEMU refuses leaves no file, and the description as it was`() async throws {
        try await withMachineOfDisk { store, directory in
            let machine = try await store.start("one")
            let before = try store.description(of: "one")
            let overlay = directory.path.appending("overlay.qcow2")
            for (drive, node) in [("no-such-drive", "above"), ("disk0", "disk0")] {
                await expect(failing: .monitorFailed) {
                    try await machine.addOverlay(on: drive, base: directory.disk, file: overlay, node: node)
                }
                #expect(!Directory.names(in: directory.path).contains("overlay.qcow2"))
                #expect(try store.description(of: "one") == before)
            }
            _ = try await machine.kill()
        }
    }

    @Test func `a drive is copied as it was when the copy began, telling how far it is`() async throws {
        try await withMachineOfDisk { store, directory in
            let machine = try await store.start("one")
            try await qemuIO(machine, "write -P 7 0 4M")
            let copy = directory.path.appending("copy.qcow2")
            let progress = Mutex<[DriveProgress]>([])
            try await machine.backUp("disk0", to: copy) { update in progress.withLock { $0.append(update) } }
            try await qemuIO(machine, "write -P 8 0 4M")
            let updates = progress.withLock { $0 }
            let last = try #require(updates.last)
            #expect(last.completed == last.total && last.total == .mebibytes(64))
            let read = try await ToolRun.run("qemu-io", ["-f", "qcow2", "-r", "-c", "read -P 7 0 4M", copy.string])
            #expect(read.isSuccess && !read.output.contains("failed"), "\(read.output)\(read.errors)")
            // Nobody holds the copy any more: it can be opened for writing.
            let check = try await ToolRun.run("qemu-img", ["check", "-q", "-r", "all", copy.string])
            #expect(check.isSuccess, "\(check.errors)")

            await expect(failing: .fileFailed) { try await machine.backUp("disk0", to: copy) }
            let other = directory.path.appending("other.qcow2")
            await expect(failing: .notFound) { try await machine.backUp("no-such-drive", to: other) }
            #expect(!Directory.names(in: directory.path).contains("other.qcow2"))
            _ = try await machine.kill()
        }
    }

    /// A stopped machine without an operating system, with a disk of 64 MiB.
    private func withMachineOfDisk(_ body: (MachineStore, MachineDirectory) async throws -> Void) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { directory in
                try await EmptyDisk.create(at: directory.disk)
                var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
                small.drives = [Drive(id: "disk0", file: directory.disk)]
                return small
            }
            try await body(store, directory)
        }
    }

    /// Reads or writes the machine's drive as its guest would; a pattern that is not there is an error.
    private func qemuIO(_ machine: Machine, _ command: String) async throws {
        let device = "/machine/peripheral/disk0-device/virtio-backend"
        let answer = try await machine.humanMonitor("qemu-io -d \(device) \"\(command)\"")
        try #require(answer.isEmpty, "\(command): \(answer)")
        // What the command finds goes to QEMU's own output.
        let log = try WholeFile.readText(machine.directory.logFile)
        try #require(log.contains("64 KiB, 1 ops") || log.contains("4 MiB, 1 ops"), "\(command): \(log)")
        try #require(!log.contains("failed"), "\(command): \(log)")
    }
}
