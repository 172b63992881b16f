import HostSupport
import HostTools
import LibC
import PatienceForTests
import QAPI
import QMPClient
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// Machines whose owner, process or host fails at a moment of its own choosing.
@Suite(.tags(.qemu), .hangLimit(minutes: 5))
struct LifetimeTests {
    private static let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))

    @Test func `of two that start a machine at once one wins and the other says who holds it`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            let outcomes = await withTaskGroup(of: Result<Machine, any Error>.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        do { return .success(try await store.start("one")) } catch { return .failure(error) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.compactMap { try? $0.get() }
            #expect(winners.count == 1)
            for case .failure(let error) in outcomes {
                let error = try #require(error as? MachineError)
                #expect(error.code == .alreadyRunning)
                #expect(error.message.contains("process"), "\(error)")
            }
            for winner in winners { _ = try await winner.kill() }
        }
    }

    /// With the command as its users have it: two processes, which share nothing but the machine's directory.
    @Test func `of two commands that start a machine at once one wins and the other says who holds it`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            async let first = QuiverCommand.run("start", "one", home: home)
            async let second = QuiverCommand.run("start", "one", home: home)
            let outcomes = try await [first, second].sorted { $0.status < $1.status }
            #expect(outcomes.map(\.status) == [0, 1])
            let machine = try #require(try store.status(of: "one").process?.processID)
            let complaint = self.complaint(of: outcomes[1])
            // Whichever it met: the winner's process while it starts the machine, or the machine.
            let holder = try #require(complaint.firstMatch(of: /process (\d+)/)?.1)
            #expect(Int32(holder) != nil && complaint.hasPrefix("quiver: machine one: "), "\(complaint)")
            let late = try await QuiverCommand.run("start", "one", home: home)
            #expect(self.complaint(of: late) == "quiver: machine one: already running, as process \(machine)")
            let directory = store.directory(of: "one").path
            #expect(await QEMUProcess.ofQuiver().filter { $0.directory == directory }.map(\.id) == [machine])
            _ = try await store.kill("one")
        }
    }

    /// The line that says why a command failed, without what it told of the accelerator before.
    private func complaint(of outcome: ToolRun.Outcome) -> String {
        outcome.errors.split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test func `a QEMU that is killed makes its machine crashed, and it can be started again`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            kill(machine.process.processID, SIGKILL)
            let cause = try await machine.waitUntilEnded()
            #expect(cause.kind == .killed)
            #expect(try store.status(of: "one").state == .crashed)
            let again = try await store.start("one")
            #expect(again.id != machine.id)
            _ = try await again.kill()
        }
    }

    @Test func `a QEMU that is stopped by SIGSTOP is called unresponsive, and killed all the same`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            kill(machine.process.processID, SIGSTOP)
            #expect(try store.status(of: "one").state == .running)
            let error = await #expect(throws: MachineError.self) {
                try await store.attach(to: "one", within: .milliseconds(300))
            }
            #expect(error?.code == .unresponsive)
            let cause = try await store.kill("one")
            #expect(cause.kind == .killed)
        }
    }

    @Test func `a stopped QEMU is told from a dead one, by who started it and by who attaches`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            let started = try await store.start("one")
            let process = started.process.processID
            try await Self.stop(started)
            kill(process, SIGCONT)
            await started.disconnect()
            let attached = try await store.attach(to: "one")
            try await Self.stop(attached)
            _ = try await attached.kill()
            #expect(try await attached.qmp.liveness(within: .milliseconds(50)) == .dead)
        }
    }

    /// Stops a machine's QEMU, whose threads only notice that when they run next, and waits until it is told.
    private static func stop(_ machine: Machine) async throws {
        kill(machine.process.processID, SIGSTOP)
        let end = ContinuousClock.now + Patience.seconds(60)
        while try await machine.qmp.liveness(within: .milliseconds(50)) != .stopped {
            let isInTime = ContinuousClock.now < end
            try #require(isInTime, "it was never told that QEMU is stopped")
        }
    }

    @Test func `a machine whose keeper is killed is known to have ended, and nobody knows how`() async throws {
        try await ScratchHome.with { home in
            for _ in 0..<5 {
                try await withMachine(Self.small, home: home) { machine in
                    let process = machine.process.processID
                    let parent = try await ToolRun.run("ps", ["-o", "ppid=", "-p", "\(process)"]).output
                    kill(try #require(Int32(parent.filter(\.isNumber))), SIGKILL)
                    // Where the system does not end it with its keeper.
                    kill(process, SIGKILL)
                    let cause = try await withDeadline(Patience.seconds(30), waitingFor: "the end to be noticed") {
                        try await machine.waitUntilEnded()
                    }
                    #expect(cause.kind == .unknown)
                }
            }
        }
    }

    @Test func `a machine whose record is damaged is killed all the same`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            try WholeFile.write("no record".utf8, to: directory.processFile)
            #expect(try store.status(of: "one").state == .busy)
            await expect(failing: .notRunning) { _ = try await store.attach(to: "one") }
            let cause = try await store.kill("one")
            #expect(cause.kind == .killed)
            try await store.remove("one")
        }
    }

    @Test func `a machine without a trace of its end is stale`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            _ = try await store.kill("one")
            // What a host that lost its power leaves: no keeper was there to write how QEMU ended.
            try Directory.removeTree(directory.exitFile)
            #expect(try store.status(of: "one").state == .stale)
        }
    }

    @Test func `a command on the disks of a machine whose host crashed is not taken for the machine`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            _ = try await store.kill("one")
            try Directory.removeTree(directory.exitFile)
            let lock = try await FileLock.acquire(directory.lockFile, within: Patience.seconds(10))
            #expect(try store.status(of: "one").state == .busy)
            // The recorded process may be anybody's by now.
            await expect(failing: .notRunning) { _ = try await store.kill("one") }
            await expect(failing: .notRunning) { _ = try await store.powerDown("one", within: .seconds(2)) }
            _ = consume lock
        }
    }

    @Test func `attaching waits as long as it was allowed to`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            kill(machine.process.processID, SIGSTOP)
            async let attached = store.attach(to: "one", within: Patience.seconds(100))
            // Longer than a connection takes that nobody set a limit to.
            try await Task.sleep(for: .seconds(11))
            kill(machine.process.processID, SIGCONT)
            #expect(try await attached.id == machine.id)
            _ = try await store.kill("one")
        }
    }

    @Test func `a wish for an accelerator that runs no guest is an error, and auto says what it rejected`() async throws
    {
        try await ScratchHome.with { home in
            let qemu = try QEMUInstallation.find(for: .aarch64)
            let trials = AcceleratorTrials(qemu: qemu, cache: home.cache)
            #if os(Linux)
                let error = await #expect(throws: MachineError.self) {
                    try await trials.choose(.only(.hvf), machine: "m")
                }
                #expect(error?.code == .acceleratorUnusable)
            #endif
            let verdict = try await trials.choose(.automatic, machine: "m")
            if GuestArchitecture.host != .aarch64 { #expect(verdict.accelerator == .tcg) }
        }
    }

    @Test(arguments: [GuestArchitecture.x86_64, .aarch64])
    func `the trial's guest runs in software`(architecture: GuestArchitecture) async throws {
        try await ScratchHome.with { home in
            let qemu = try QEMUInstallation.find(for: architecture)
            let outcome = try await AcceleratorTrials(qemu: qemu, cache: home.cache, deadline: Patience.seconds(60))
                .tryOut(.tcg)
            #expect(outcome == .works)
        }
    }

    @Test(arguments: ["scoped-cycles", "detached-cycles"])
    func `200 machines leave no descriptor, thread, memory, process or file behind`(work: String) async throws {
        try await ScratchHome.with { home in
            // In a process of its own: this one's figures are those of all tests that run at once.
            let owner = try OwnerProcess([home.data.string, work, "200"])
            let uses = try await BlockingCalls.run {
                let lines = try [owner.line(), owner.line()]
                owner.wait()
                return lines.map { $0.split(separator: " ").compactMap { Int($0) } }
            }
            print("\(work): descriptors, threads, KiB, children, files: \(uses)")
            try #require(uses.allSatisfy { $0.count == 5 })
            let (early, late) = (uses[0], uses[1])
            #expect(late[0] <= early[0], "descriptors: \(early[0]) after 20 machines, \(late[0]) after 200")
            #expect(late[1] <= early[1] + 4, "threads: \(early[1]) after 20 machines, \(late[1]) after 200")
            // Less than 30 KiB a machine: the allocator keeps some of what it once had.
            #expect(late[2] <= early[2] + 5400, "KiB: \(early[2]) after 20 machines, \(late[2]) after 200")
            #expect(early[3] == 0 && late[3] == 0, "children: \(early[3]) after 20 machines, \(late[3]) after 200")
            #expect(late[4] <= early[4], "files: \(early[4]) after 20 machines, \(late[4]) after 200")
            #expect(Directory.names(in: home.cache.appending("scoped")).isEmpty)
            // A stopped machine keeps its sockets' directory for its next run.
            #expect(Directory.names(in: home.runtime).count == Directory.names(in: home.machines).count)
        }
    }
}
