import HostSupport
import HostTools
import Machines
import MachinesTesting
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

/// Machines whose QEMU stays when the guest has shut down, by `-no-shutdown`.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct NoShutdownTests {
    @Test func `a guest that has shut down is restored or stopped, and status says what it is`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one", describe: describe)
            let machine = try await store.start("one")
            try await withCleanup {
                let shell = try await ConsoleShell.attach(to: machine)
                defer { shell.close() }
                try await machine.saveSnapshot("booted")
                try await shutDown(machine, by: shell)
                _ = try await machine.restore("booted", resumes: true)
                #expect(try await shell.run("echo here again").contains("here again"))
                try await shutDown(machine, by: shell)
                await machine.disconnect()

                let status = try await QuiverCommand.run("status", "one", home: home)
                #expect(status.output.contains("guest        shutdown"), "\(status)")
                #expect(status.output.contains("quiver stop one"), "\(status)")
                let stopped = try await QuiverCommand.run("stop", "one", "--grace", "1h", home: home)
                #expect(stopped.output.hasPrefix("one: the guest shut down"), "\(stopped)")
                #expect(stopped.output.contains("(by quit)"), "\(stopped)")
                #expect(try store.status(of: "one").state == .stopped)
            } cleanup: {
                _ = try? await store.kill("one")
            }
        }
    }

    @Test func `a guest that shuts down on its power button is not waited for any longer`() async throws {
        try await ScratchHome.with { home in
            try await withMachine(home: home, describe: describe) { machine in
                let shell = try await ConsoleShell.attach(to: machine)
                defer { shell.close() }
                // So long that only a stop which sees the shutdown ends before this suite's limit.
                let down = try await machine.powerDown(within: .seconds(3600))
                #expect(down.rung == .quit && down.cause.kind == .guestShutdown, "\(down)")
            }
        }
    }

    private func shutDown(_ machine: Machine, by shell: ConsoleShell) async throws {
        var states = machine.runStates.makeAsyncIterator()
        try shell.send("poweroff -f")
        var state = try await states.next()
        while state == .running { state = try await states.next() }
        #expect(state == .shutdown)
    }

    private func describe(in directory: MachineDirectory) async throws -> MachineDescription {
        var description = try await TestGuest.describe(in: directory)
        description.extraArguments = ["-no-shutdown"]
        return description
    }
}
