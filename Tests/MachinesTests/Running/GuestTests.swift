import HostSupport
import HostTools
import Machines
import MachinesTesting
import PatienceForTests
import QAPI
import QMPClient
import Quantities
import SystemPackage
import Testing
import WireJSON

/// What is done to a running guest; one guest serves all of these.
@Suite(
    .tags(.qemu),
    .serialized,
    .hangLimit(minutes: 5),
    .machine { directory in
        var description = try await TestGuest.describe(in: directory)
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
        try await machine.load("once")
        try await machine.deleteSnapshot("once")
        let missing = await #expect(throws: MachineError.self) { try await machine.load("once") }
        #expect(missing?.code == .notFound)
        let state = try await machine.runState()
        #expect(state == .running)
    }

    @Test func `a paused guest stays paused when it is saved and runs again when it is resumed`() async throws {
        try await machine.pause()
        try await machine.saveSnapshot("while paused")
        let paused = try await machine.runState()
        #expect(paused == .paused)
        try await machine.resume()
        try await machine.deleteSnapshot("while paused")
    }

    @Test func `a disk is plugged in, larger, and out again`() async throws {
        let shell = try await ConsoleShell.reattach(to: machine)
        defer { shell.close() }
        let drive = Drive(id: "extra", file: machine.directory.path.appending("extra.qcow2"))
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
        let file = machine.directory.path.appending("overlay.qcow2")
        try await machine.addOverlay(on: "disk0", base: machine.directory.disk, file: file, node: "overlay0")
        _ = try await shell.run("echo kept | dd of=/dev/vda conv=fsync 2>/dev/null")
        let progress = Locked<[DriveProgress]>([])
        try await machine.commit("overlay0", into: "disk0") { update in progress.withLock { $0.append(update) } }
        let last = try #require(progress.withLock { $0.last })
        #expect(last.completed == last.total && last.total > .zero)
        let kept = try await shell.run("echo 3 >/proc/sys/vm/drop_caches; head -c 5 /dev/vda")
        #expect(kept == "kept")
        try await machine.saveSnapshot("after commit")
        try await machine.deleteSnapshot("after commit")
    }

    @Test func `an overlay takes all that it needs from below, telling how far it is`() async throws {
        let shell = try await ConsoleShell.reattach(to: machine)
        defer { shell.close() }
        let drive = Drive(id: "below", file: machine.directory.path.appending("below.qcow2"))
        try await EmptyDisk.create(at: drive.file, size: .mebibytes(16))
        try await machine.plug(drive)
        let disk = "/dev/disk-below"
        _ = try await shell.run(
            "n=0; while [ $n -lt 50 ]; do for d in /sys/block/vd*; do [ \"$(cat $d/serial)\" = below ] && "
                + "ln -sf /dev/${d##*/} \(disk); done; [ -e \(disk) ] && break; sleep 0.2; n=$((n+1)); done"
        )
        _ = try await shell.run("yes below | dd of=\(disk) bs=1M count=8 conv=fsync 2>/dev/null")
        let file = machine.directory.path.appending("above.qcow2")
        try await machine.addOverlay(on: "below", base: drive.file, file: file, node: "above")
        let progress = Locked<[DriveProgress]>([])
        try await machine.stream(into: "above") { update in progress.withLock { $0.append(update) } }
        let updates = progress.withLock { $0 }
        let last = try #require(updates.last)
        #expect(last.completed == last.total && last.total >= .mebibytes(8))
        #expect(updates.map(\.completed) == updates.map(\.completed).sorted())
        let facts = try await ToolRun.run("qemu-img", ["info", "--force-share", "--output=json", file.string])
        #expect(facts.isSuccess && !facts.output.contains("backing-filename"), "\(facts.output)\(facts.errors)")
        #expect(try await shell.run("echo 3 >/proc/sys/vm/drop_caches; head -c 5 \(disk)") == "below")
        try await machine.unplug(drive)
        _ = try await machine.qmp.execute("blockdev-del", ["node-name": "above"])
    }

    @Test func `the screen is written as PNG`() async throws {
        let file = machine.directory.path.appending("screen, with comma.png")
        try await machine.takeScreenshot(at: file)
        #expect(try WholeFile.read(file).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test func `a key that is sent is a key that the guest sees pressed`() async throws {
        let shell = try await ConsoleShell.reattach(to: machine)
        defer { shell.close() }
        // The guest takes any key for its power button, unless nobody listens.
        _ = try await shell.run("killall dd")
        try shell.send(
            "(dd if=/dev/input/event0 bs=24 count=2 2>/dev/null | hexdump -C >/tmp/keys; echo KEYS >/tmp/done) &"
        )
        _ = try await shell.run("sleep 1")
        try await machine.sendKeys(["a"])
        let seen = try await shell.run("while [ ! -e /tmp/done ]; do sleep 0.2; done; cat /tmp/keys")
        // An event of type 1, a key, with the code 30, which is A, and the value 1, which is down.
        #expect(seen.contains("01 00 1e 00 01 00 00 00"), "\(seen)")
        let error = await #expect(throws: MachineError.self) { try await machine.sendKeys(["no-such-key"]) }
        #expect(error?.code == .monitorFailed)
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
