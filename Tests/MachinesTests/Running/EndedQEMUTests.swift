import HostSupport
import LibC
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// A QEMU that ends in the middle of something: the error says how, and at which command.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct EndedQEMUTests {
    /// A machine without a guest, whose memory can be frozen.
    private func withMachine(_ body: (Machine, QuiverHome) async throws -> Void) async throws {
        try await ScratchHome.with { home in
            try await Machines.withMachine(
                home: home,
                describe: { directory in
                    var description = MachineDescription(
                        architecture: .x86_64,
                        processorCount: 1,
                        memory: .mebibytes(64)
                    )
                    description.memoryBacking = .sharedFile(directory.path.appending("memory"))
                    description.watchdog = .reset
                    return description
                },
            ) { try await body($0, home) }
        }
    }

    private func withTemplate(_ body: (Template, QuiverHome) async throws -> Void) async throws {
        try await withMachine { machine, home in
            let template = try await freeze(machine, home)
            try await body(template, home)
        }
    }

    private func freeze(_ machine: Machine, _ home: QuiverHome) async throws -> Template {
        try Directory.create(home.cache)
        return try await machine.freeze(
            to: home.cache.appending("template"),
            name: "ended",
            ingredients: TemplateIngredients(),
            helper: nil,
            keepsDigests: false,
        )
    }

    private func killed(_ machine: Machine) async throws {
        kill(machine.process.processID, SIGKILL)
        // Its connection must break first: an end that is known already is the easy case.
        try await Task.sleep(for: .milliseconds(1))
    }

    @Test func `while it runs`() async throws {
        try await withMachine { machine, _ in
            try await killed(machine)
            let error = await #expect(throws: MachineError.self) { _ = try await machine.runState() }
            #expect(error?.code == .ended)
            #expect(
                error?.message == "ended during `query-status`: QEMU was killed (signal 9 (SIGKILL))",
                "\(String(describing: error))"
            )
        }
    }

    @Test func `while it is frozen`() async throws {
        try await withMachine { machine, home in
            try await killed(machine)
            let error = await #expect(throws: MachineError.self) { _ = try await freeze(machine, home) }
            #expect(error?.code == .ended)
            #expect(error?.message.contains("QEMU was killed (signal 9") == true, "\(String(describing: error))")
        }
    }

    @Test func `while a fork loads its state`() async throws {
        try await withTemplate { template, home in
            var record = template.record
            record.description.watchdog = nil
            // A state of one board in a QEMU with another.
            let other = Template(directory: template.directory, record: record)
            let error = await #expect(throws: TemplateError.self) { _ = try await other.fork(home: home) }
            let text = try #require(error).description
            #expect(error?.code == .forkFailed)
            #expect(text.contains("QEMU did not load its state"), "\(text)")
            #expect(text.contains("QEMU failed (exit status 1): "), "\(text)")
            #expect(text.contains("load of migration failed"), "\(text)")
        }
    }

    @Test func `while a fork goes on`() async throws {
        try await withTemplate { template, home in
            let fork = try await template.pausedFork(named: "fork", home: home, options: ForkOptions())
            try await withCleanup {
                try await killed(fork.machine)
                let error = await #expect(throws: MachineError.self) { try await fork.resume() }
                #expect(
                    error?.message == "ended during `cont`: QEMU was killed (signal 9 (SIGKILL))",
                    "\(String(describing: error))"
                )
            } cleanup: {
                await fork.end()
            }
        }
    }

    @Test func `while a standby is made`() async throws {
        let template = try await ForkFixture.template()
        let pool = StandbyPool(of: template, size: 1) { fork in
            try await killed(fork.machine)
            _ = try await fork.machine.runState()
        }
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            let failure = await #expect(throws: MachineError.self) { try await group.next() }
            #expect(failure?.message.contains("QEMU was killed (signal 9") == true, "\(String(describing: failure))")
            let taken = await #expect(throws: MachineError.self) { _ = try await pool.take() }
            #expect(taken?.message == failure?.message)
        }
    }

    @Test func `while an accelerator is tried`() async throws {
        try await ScratchHome.with { home in
            let program = home.cache.appending("qemu-system-x86_64")
            try Directory.create(home.cache)
            try WholeFile.write("#!/bin/sh\necho 'qemu: nobody may know' >&2\nexit 7\n".utf8, to: program)
            #expect(chmod(program.string, 0o700) == 0)
            let qemu = QEMUInstallation(architecture: .x86_64, program: program, dataDirectories: [])
            let trials = AcceleratorTrials(qemu: qemu, cache: home.cache, deadline: Patience.seconds(60))
            let outcome = try await trials.tryOut(.tcg)
            #expect(
                outcome.reason == "a trial guest did not start: QEMU exited with status 7: qemu: nobody may know"
            )
        }
    }
}
