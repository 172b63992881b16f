import HostSupport
import PatienceForTests
import QAPI
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// A machine, its template and its forks have one board, whatever it boots from.
@Suite(.tags(.qemu), .hangLimit(minutes: 10))
struct SameBoardTests {
    private func describe(_ board: Board, in directory: MachineDirectory) async throws -> MachineDescription {
        var description = try await TestGuest.describe(board.architecture, firmware: board.firmware, in: directory)
        description.networks = [UserNetwork(forwards: [.ssh])]
        description.hotPlugSlots = 1
        // The screen of aarch64 is a module of QEMU's, which one that was only unpacked does not find.
        description.hasScreen = board.architecture == .x86_64
        description.watchdog = .reset
        return description
    }

    @Test(arguments: Board.all)
    func `a running machine's fork has its board, goes on from its instant, and boots again`(board: Board) async throws
    {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let options = LaunchOptions(qemu: board.qemu)
            try await withCleanup {
                _ = try await store.create("source") { try await describe(board, in: $0) }
                let source = try await store.start("source", options: options)
                let shell = try await ConsoleShell.attach(to: source)
                _ = try await shell.run("echo before >/tmp/mark")
                let original = try await BoardView(of: source)
                await source.disconnect()

                let fork = try #require(try await store.fork("source", into: ["copy"]).first)
                let copy = try await BoardView(of: fork)
                #expect(copy == original, "\(copy.devices.difference(from: original.devices))")
                let inside = try await ConsoleShell.reattach(to: fork)
                let mark = try await inside.run("cat /tmp/mark")
                #expect(mark == "before")
                try inside.send("reboot -f")
                try await inside.waitForBoot()
                let gone = try await inside.run("cat /tmp/mark 2>/dev/null || echo gone")
                #expect(gone == "gone")
                await fork.disconnect()
            } cleanup: {
                for name in ["source", "copy"] { _ = try? await store.kill(name) }
            }
        }
    }

    @Test(arguments: Board.all)
    func `a template's fork has the board of the machine that was frozen`(board: Board) async throws {
        try await ScratchHome.with { home in
            let templates = home.cache.appending("made")
            try Directory.create(templates)
            let (first, original) = try await frozen(board, home, to: templates.appending("first"))
            let fork = try await first.pausedFork(named: "fork", home: home, options: ForkOptions(memory: .copied))
            try await withCleanup {
                let copy = try await BoardView(of: fork.machine)
                #expect(copy == original, "\(copy.devices.difference(from: original.devices))")
                _ = try await fork.machine.timedResume()
                let inside = try await ConsoleShell.reattach(to: fork.machine)
                let mark = try await inside.run("cat /tmp/mark")
                #expect(mark == "before")
                let second = try await freeze(fork.machine, to: templates.appending("second"))
                let sections = try BoardView.sections(inState: first.stateFile)
                #expect(sections.count > 10)
                #expect(try BoardView.sections(inState: second.stateFile) == sections)
            } cleanup: {
                await fork.end()
            }
        }
    }

    /// Boots the guest, leaves a mark in its memory and freezes it.
    private func frozen(_ board: Board, _ home: QuiverHome, to directory: FilePath) async throws -> (
        Template, BoardView
    ) {
        try await withMachine(
            home: home,
            options: LaunchOptions(qemu: board.qemu),
            describe: { machineDirectory in
                var description = try await describe(board, in: machineDirectory)
                description.memoryBacking = .sharedFile(machineDirectory.path.appending("memory"))
                return description
            },
        ) { machine in
            let shell = try await ConsoleShell.attach(to: machine)
            _ = try await shell.run("echo before >/tmp/mark")
            let view = try await BoardView(of: machine)
            return (try await freeze(machine, to: directory), view)
        }
    }

    private func freeze(_ machine: Machine, to directory: FilePath) async throws -> Template {
        try await machine.freeze(
            to: directory,
            name: "board",
            ingredients: TemplateIngredients(),
            helper: nil,
            keepsDigests: false,
        )
    }
}
