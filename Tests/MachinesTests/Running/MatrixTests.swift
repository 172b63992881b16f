import DiskImages
import HostSupport
import Machines
import PatienceForTests
import QAPI
import Quantities
import Testing

@testable import Forks

@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct MatrixTests {
    @Test(arguments: Board.all)
    func `a guest is saved, dirtied, put back and shut down`(board: Board) async throws {
        let log = StepLog(board: board)
        try await ScratchHome.with { home in
            try await withMachine(
                home: home,
                options: LaunchOptions(qemu: board.qemu),
                describe: { try await TestGuest.describe(board.architecture, firmware: board.firmware, in: $0) },
            ) { machine in
                if board.firmware == .uefi {
                    // An update of the distribution's firmware edits the template that the variables come from.
                    let variables = try DiskFacts.read(machine.directory.firmwareVariables, format: .qcow2)
                    #expect(variables.qcow2 != nil && variables.qcow2?.backingFile == nil)
                }
                let shell = try await log.step("launch") { try await ConsoleShell.attach(to: machine) }
                try await log.step("status") {
                    let state = try await machine.runState()
                    try #require(state == .running)
                }
                try await log.step("devices") {
                    // QEMU would add a card by itself to a machine that asks for none.
                    let cards = try await shell.run("grep -l ^0x02 /sys/bus/pci/devices/*/class | wc -l")
                    try #require(cards == "0")
                }
                try await log.step("snapshot") {
                    _ = try await shell.run(Self.write("before"))
                    try await machine.saveSnapshot("a b/c")
                    let tags = try await machine.snapshots().map(\.tag)
                    try #require(tags == ["a b/c"])
                }
                _ = try await shell.run(Self.write("after"))
                try await log.step("restore") {
                    try await machine.load("a b/c")
                    let memory = try await shell.run("cat /tmp/mark")
                    try #require(memory == "before")
                    let disk = try await shell.run("echo 3 >/proc/sys/vm/drop_caches; head -c 6 /dev/vda")
                    try #require(disk == "before")
                }
                try await log.step("shutdown") {
                    guard board.hasPowerButton else {
                        try shell.send("poweroff -f")
                        let cause = try await machine.waitUntilEnded()
                        try #require(cause.kind == .guestShutdown)
                        return
                    }
                    let down = try await machine.powerDown(within: Patience.seconds(60))
                    try #require(down.rung == .powerButton)
                    try #require(down.cause.kind == .guestShutdown)
                }
            }
        }
    }

    /// A line for the guest's shell that leaves a word in its memory and on its disk.
    private static func write(_ word: String) -> String {
        "echo \(word) >/tmp/mark; echo \(word) | dd of=/dev/vda conv=fsync 2>/dev/null"
    }

    @Test(arguments: Board.all)
    func `a running guest is forked, and both go on by themselves`(board: Board) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            try await withCleanup {
                _ = try await store.create("one") { directory in
                    try await TestGuest.describe(board.architecture, firmware: board.firmware, in: directory)
                }
                let machine = try await store.start("one", options: LaunchOptions(qemu: board.qemu))
                let shell = try await ConsoleShell.attach(to: machine)
                _ = try await shell.run(Self.write("before"))
                // The monitor has one client at a time, and forking is another.
                await machine.disconnect()
                try await StepLog(board: board).step("fork") {
                    let forks = try await store.fork("one", into: ["two"])
                    let fork = try #require(forks.first)
                    let other = try await ConsoleShell.reattach(to: fork)
                    let kept = try await other.run("cat /tmp/mark; head -c 6 /dev/vda")
                    try #require(kept == "before\nbefore")
                    _ = try await other.run(Self.write("forked"))
                    let own = try await shell.run("cat /tmp/mark; head -c 6 /dev/vda")
                    try #require(own == "before\nbefore")
                }
            } cleanup: {
                for name in store.names { _ = try? await store.kill(name) }
            }
        }
    }
}
