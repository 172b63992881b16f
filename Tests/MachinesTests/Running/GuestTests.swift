import HostSupport
import Machines
import MachinesTesting
import Quantities
import SystemPackage
import Testing

/// What is done to a running guest; one guest serves all of these.
@Suite(
    .tags(.qemu),
    .serialized,
    .timeLimit(.minutes(5)),
    .machine { folder in
        var description = try await TestGuest.describe(in: folder)
        description.hasScreen = true
        description.hotPlugSlots = 2
        description.networks = [UserNetwork(forwards: [.ssh])]
        return description
    } prepare: { machine in
        try await ConsoleShell.attach(to: machine).close()
    }
)
struct GuestTests {
    private let machine: Machine

    init() throws { machine = try Machine.current }

    @Test(arguments: ["12", "", "a\nb"])
    func `a tag that qcow2 would misunderstand is refused`(tag: String) async throws {
        let error = await #expect(throws: MachineError.self) { try await machine.saveSnapshot(tag) }
        #expect(error?.code == .invalidSnapshotTag)
    }

    @Test func `a tag is saved once, listed, loaded and deleted`() async throws {
        try await machine.saveSnapshot("once")
        let again = await #expect(throws: MachineError.self) { try await machine.saveSnapshot("once") }
        #expect(again?.code == .exists)
        let snapshot = try #require(try await machine.snapshots().first { $0.tag == "once" })
        #expect(snapshot.hasMemory && snapshot.missingDrives.isEmpty && snapshot.guestUptime > 0)
        try await machine.loadSnapshot("once")
        try await machine.deleteSnapshot("once")
        let missing = await #expect(throws: MachineError.self) { try await machine.loadSnapshot("once") }
        #expect(missing?.code == .notFound)
        let state = try await machine.status()
        #expect(state == .running)
    }

    @Test func `a paused guest stays paused when it is saved and runs again when it is resumed`() async throws {
        try await machine.pause()
        try await machine.saveSnapshot("while paused")
        let paused = try await machine.status()
        #expect(paused == .paused)
        try await machine.resume()
        try await machine.deleteSnapshot("while paused")
    }

    @Test func `a disk is plugged in, larger, and out again`() async throws {
        let shell = try await ConsoleShell.reattach(to: machine)
        defer { shell.close() }
        let drive = Drive(id: "extra", file: machine.folder.path.appending("extra.qcow2"))
        try await EmptyDisk.create(at: drive.file, size: .mebibytes(8))
        try await machine.plug(drive)
        let seen = try await shell.run(
            "n=0; while [ ! -e /sys/block/vdb ] && [ $n -lt 50 ]; do sleep 0.2; n=$((n+1)); done; cat /sys/block/vdb/size"
        )
        #expect(seen == "16384")
        try await machine.resizeDrive("extra", to: .mebibytes(16))
        let larger = try await shell.run("sleep 1; cat /sys/block/vdb/size")
        #expect(larger == "32768")
        try await machine.unplug(drive)
        let gone = try await shell.run("ls /sys/block | grep -c vdb")
        #expect(gone == "0")
    }

    @Test func `a network card is plugged in and out, with its forwards`() async throws {
        let card = UserNetwork(id: "net1", forwards: [PortForward(guestPort: 80)])
        let forwards = try await machine.plug(card)
        #expect(forwards.map(\.guestPort) == [80])
        #expect(forwards.allSatisfy { $0.hostPort != 0 && $0.hostAddress == "127.0.0.1" })
        try await machine.unplug(card)
        let left = try await machine.forwards().map(\.guestPort)
        #expect(left == [22])
    }

    @Test func `a forward is opened and closed while the guest runs`() async throws {
        let opened = try await machine.addForward(PortForward(guestPort: 8080))
        #expect(opened.hostPort != 0)
        let taken = PortForward(hostPort: opened.hostPort, guestPort: 8081)
        let error = await #expect(throws: MachineError.self) { try await machine.addForward(taken) }
        #expect(error?.code == .monitorFailed)
        try await machine.removeForward(opened)
        let missing = await #expect(throws: MachineError.self) { try await machine.removeForward(opened) }
        #expect(missing?.code == .notFound)
    }

    @Test func `an overlay is put on a drive and committed into it again`() async throws {
        let shell = try await ConsoleShell.reattach(to: machine)
        defer { shell.close() }
        let file = machine.folder.path.appending("overlay.qcow2")
        try await machine.addOverlay(on: "disk0", base: machine.folder.disk, file: file, node: "overlay0")
        _ = try await shell.run("echo kept | dd of=/dev/vda conv=fsync 2>/dev/null")
        try await machine.commit("overlay0", into: "disk0")
        let kept = try await shell.run("echo 3 >/proc/sys/vm/drop_caches; head -c 5 /dev/vda")
        #expect(kept == "kept")
        try await machine.saveSnapshot("after commit")
        try await machine.deleteSnapshot("after commit")
    }

    @Test func `the screen is written as PNG`() async throws {
        let file = machine.folder.path.appending("screen, with comma.png")
        try await machine.takeScreenshot(at: file)
        #expect(try WholeFile.read(file).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        try await machine.sendKeys(["ctrl", "a"])
    }

    @Test func `the people's monitor answers, and its errors are told from its answers`() async throws {
        let status = try await machine.humanMonitor("info status")
        #expect(status == "VM status: running" && !HumanMonitor.looksLikeError(status))
        for wrong in ["no-such-command", "info no-such-thing", "hostfwd_add"] {
            let reply = try await machine.humanMonitor(wrong)
            #expect(HumanMonitor.looksLikeError(reply), "\(wrong): \(reply)")
        }
    }
}
