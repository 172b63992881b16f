import HostSupport
import Machines
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@Suite(.tags(.qemu), .hangLimit(minutes: 2))
struct LaunchTests {
    private static let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))

    @Test func `a scoped machine answers, and is gone with its files when its scope ends`() async throws {
        try await ScratchHome.with { home in
            let (id, directory) = try await withMachine(Self.small, home: home) { machine in
                let state = try await machine.runState()
                #expect(state == .running)
                #expect(machine.process.accelerator == .tcg)
                #expect(!machine.process.version.isEmpty)
                return (machine.process.processID, machine.directory)
            }
            #expect(!ProcessProbe.isAlive(id))
            #expect(Directory.names(in: directory.path).isEmpty)
            #expect(Directory.names(in: directory.sockets).isEmpty)
        }
    }

    @Test func `QEMU that dies at its start is quoted in the error`() async throws {
        try await ScratchHome.with { home in
            var description = Self.small
            description.extraArguments = ["-device", "no-such-device"]
            let error = await #expect(throws: MachineError.self) {
                try await withMachine(description, home: home) { _ in }
            }
            #expect(error?.code == .launchFailed)
            #expect(error?.description.contains("no-such-device") == true, "\(String(describing: error))")
        }
    }

    @Test func `a detached machine is found, attached to and ended by its name`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            #expect(try store.status(of: "one").state == .stopped)
            let started = try await store.start("one")
            await started.disconnect()
            #expect(try store.status(of: "one").state == .running)
            let machine = try await store.attach(to: "one")
            #expect(machine.id == started.id)
            let down = try await machine.powerDown(within: Patience.seconds(12))
            #expect(down.cause.kind == .quit, "\(down)")
            #expect(try store.status(of: "one").state == .stopped)
            try await store.remove("one")
            #expect(store.names.isEmpty)
        }
    }
}
