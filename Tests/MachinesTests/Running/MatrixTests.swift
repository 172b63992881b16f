import CloudImages
import Machines
import PatienceForTests
import Quantities
import Testing

@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct MatrixTests {
    @Test(arguments: Board.all)
    func `a guest is saved, dirtied, put back and shut down`(board: Board) async throws {
        try await ScratchHome.with { home in
            var options = LaunchOptions()
            options.qemu = board.qemu
            try await withMachine(
                home: home,
                options: options,
                describe: { try await TestGuest.describe(board.architecture, firmware: board.firmware, in: $0) },
            ) { machine in
                if board.firmware == .uefi {
                    // An update of the distribution's firmware edits the template that the variables come from.
                    let variables = try DiskFacts.read(machine.folder.firmwareVariables, format: .qcow2)
                    #expect(variables.qcow2 != nil && variables.qcow2?.backingFile == nil)
                }
                let shell = try await ConsoleShell.attach(to: machine)
                let state = try await machine.status()
                #expect(state == .running)
                _ = try await shell.run("echo before >/tmp/mark; echo before | dd of=/dev/vda conv=fsync 2>/dev/null")
                try await machine.saveSnapshot("a b/c")
                _ = try await shell.run("echo after >/tmp/mark; echo after | dd of=/dev/vda conv=fsync 2>/dev/null")
                try await machine.loadSnapshot("a b/c")
                let memory = try await shell.run("cat /tmp/mark")
                #expect(memory == "before")
                let disk = try await shell.run("echo 3 >/proc/sys/vm/drop_caches; head -c 6 /dev/vda")
                #expect(disk == "before")
                let tags = try await machine.snapshots().map(\.tag)
                #expect(tags == ["a b/c"])
                let down = try await machine.powerDown(within: Patience.seconds(60))
                #expect(down.rung == .powerButton)
                #expect(down.cause.kind == .guestShutdown)
            }
        }
    }
}
