import GuestAccess
import HostSupport
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// Copies of running machines that cannot be made: the machine itself goes on all the same.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct TemplateCopyTests {
    private func withSmallMachine(
        _ qemu: FilePath? = nil,
        channels: [GuestChannel] = [],
        _ body: (Machine, QuiverHome) async throws -> Void,
    ) async throws {
        var description = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
        description.channels = channels
        try await ScratchHome.with { home in
            try await withMachine(description, home: home, options: LaunchOptions(qemu: qemu)) { machine in
                try await body(machine, home)
            }
        }
    }

    private func copy(_ machine: Machine, _ home: QuiverHome, within deadline: Duration = Patience.seconds(30))
        async throws
    {
        let directory = try TemplateStore(home: home).scratchDirectory()
        try Directory.create(directory)
        _ = try await TemplateCopy(machine: machine, directory: directory, deadline: deadline).make()
    }

    @Test(arguments: Board.qemus)
    func `a machine goes on when its copy took too long`(qemu: FilePath?) async throws {
        try await withSmallMachine(qemu) { machine, home in
            await #expect(throws: TemplateError.self) { try await copy(machine, home, within: .nanoseconds(1)) }
            // A save that still went on would stop the guest at its end.
            try await Task.sleep(for: .milliseconds(300))
            let state = try await machine.runState()
            #expect(state == .running)
            try await copy(machine, home)
        }
    }

    @Test func `a machine goes on when its copy was cancelled`() async throws {
        try await withSmallMachine { machine, home in
            let copying = Task { try await copy(machine, home) }
            var states = machine.runStates.makeAsyncIterator()
            while try await states.next() == .running {}
            copying.cancel()
            _ = try? await copying.value
            try await Task.sleep(for: .milliseconds(300))
            let state = try await machine.runState()
            #expect(state == .running)
        }
    }

    /// As `kill -9` of `quiver fork` leaves it: paused, with the lock of a process that is gone.
    @Test(arguments: Board.qemus)
    func `a machine whose copying was killed is resumed by the next command, and named by doctor`(
        qemu: FilePath?
    ) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
            _ = try await store.create("one") { _ in small }
            let machine = try await store.start("one", options: LaunchOptions(qemu: qemu))
            try await copy(machine, home)
            #expect(!HostFile.exists(machine.directory.pauseLock))
            do {
                let lock = try await FileLock.acquire(machine.directory.pauseLock, within: Patience.seconds(10))
                #expect(!machine.directory.isLeftPaused, "its process is alive")
                _ = consume lock
            }

            try await machine.pause()
            try WholeFile.write("1\n".utf8, to: machine.directory.pauseLock)
            await machine.disconnect()
            let findings = Examination(home: home).machine("one")
            #expect(
                findings.contains {
                    $0.message.contains("was killed") && $0.hint?.contains("quiver status one") == true
                }
            )
            let resumed = try await store.attach(to: "one", within: Patience.seconds(30))
            let state = try await resumed.runState()
            #expect(state == .running && !HostFile.exists(machine.directory.pauseLock))

            // Who pauses it on purpose finds it paused.
            try await resumed.pause()
            await resumed.disconnect()
            let again = try await store.attach(to: "one", within: Patience.seconds(30))
            let kept = try await again.runState()
            #expect(kept == .paused)
            _ = try await again.kill()
        }
    }

    @Test func `a machine whose helper does not answer is not copied, and why is said`() async throws {
        try await withSmallMachine(channels: [.helper]) { machine, home in
            let silent = await #expect(throws: MachineError.self) { try await copy(machine, home) }
            #expect(silent?.code == .unresponsive)
            #expect(silent?.message.contains("is not running yet") == true, "\(String(describing: silent))")
            let socket = try #require(machine.socket(of: .helper))
            let other = try UnixSocket.connect(to: socket)
            let taken = await #expect(throws: MachineError.self) { try await copy(machine, home) }
            try other.close()
            #expect(taken?.message.contains("another command") == true, "\(String(describing: taken))")
            let state = try await machine.runState()
            #expect(state == .running)
        }
    }

    @Test(arguments: Board.qemus)
    func `a state that finds no room on the disk is said to be so`(qemu: FilePath?) async throws {
        try await TinyDisk.with(.mebibytes(1)) { disk in
            try disk.fill(leaving: .kibibytes(64))
            try await withSmallMachine(qemu) { machine, _ in
                let error = await #expect(throws: TemplateError.self) {
                    try await machine.saveState(
                        to: disk.directory.appending("state"),
                        sharesMemory: false,
                        within: Patience.seconds(30)
                    )
                }
                #expect(error?.code == .noSpace, "\(String(describing: error))")
            }
        }
    }
}
