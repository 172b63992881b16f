import HostSupport
import Machines
import Quantities
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Owners and QEMUs that are killed at random moments of their work.
@Suite(.tags(.qemu), .timeLimit(.minutes(5)))
struct KillTests {
    @Test func `a scoped machine ends with its owner when that is killed, and its folder goes`() async throws {
        try await ScratchHome.with { home in
            let owner = try OwnerProcess([home.data.string, "scoped"])
            let words = try owner.line().split(separator: " ")
            let (machine, folder) = (try #require(Int32(words[0])), FilePath(String(words[1])))
            #expect(ProcessProbe.isAlive(machine))
            owner.end()
            try await eventually { !ProcessProbe.isAlive(machine) && Folder.names(in: folder).isEmpty }
            try await eventually { Folder.names(in: home.runtime).isEmpty }
        }
    }

    /// What is killed, while what is being done.
    struct Blow: Sendable, CustomTestStringConvertible {
        let work: String
        let victim: Victim
        let delay: Duration

        /// The owner or the machine by SIGKILL, the machine by SIGSTOP and its owner then, or the room on the disk.
        enum Victim: String, CaseIterable { case owner, machine, machineStopped, disk }

        var testDescription: String { "\(work), \(victim), after \(delay)" }

        static let twenty: [Blow] = (0..<20).map { number in
            Blow(
                work: ["start", "save", "load", "stop"][number % 4],
                victim: Victim.allCases[number / 4 % 4],
                delay: .milliseconds(Int.random(in: 0...150)),
            )
        }
    }

    @Test(arguments: Blow.twenty)
    func `whatever is killed, the store explains what is left and the saved snapshot is whole`(blow: Blow) async throws
    {
        try await withHome(for: blow) { home, disk in
            let store = MachineStore(home: home)
            let folder = try await store.create("one") { folder in
                try await EmptyDisk.create(at: folder.disk)
                var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
                small.drives = [Drive(id: "disk0", file: folder.disk)]
                return small
            }
            let first = try await store.start("one")
            try await first.saveSnapshot("base")
            await first.disconnect()
            if blow.work == "start" { _ = try await store.kill("one") }

            let owner = try OwnerProcess([home.data.string, blow.work, "one", blow.work == "load" ? "base" : "other"])
            try await Task.sleep(for: blow.delay)
            try await strike(blow.victim, owner, store, disk)

            let status = try store.status(of: "one")
            if status.state == .running { _ = try await store.kill("one") }
            let ended = try store.status(of: "one")
            #expect([.stopped, .crashed, .stale].contains(ended.state))
            try await eventually { !FileLock.isHeld(folder.lockFile) }
            let kept = try await store.snapshots(ofStopped: "one").map(\.tag)
            #expect(kept.contains("base"))
            let check = try await ToolRun.run("qemu-img", ["check", "-q", folder.disk.string])
            // 3: clusters that nobody uses, as after any power failure; the data is whole.
            #expect([0, 3].contains(check.status), "\(check.errors)\(check.output)")
            let again = try await store.start("one", isPaused: true)
            try await again.loadSnapshot("base")
            _ = try await again.kill()
            try await store.remove("one")
        }
    }

    /// A home, on a small disk of its own where that is to be filled.
    private func withHome(for blow: Blow, _ body: (QuiverHome, TinyDisk?) async throws -> Void) async throws {
        guard blow.victim == .disk else {
            return try await ScratchHome.with { try await body($0, nil) }
        }
        try await TinyDisk.with(.mebibytes(256)) { disk in
            try await body(QuiverHome(root: disk.folder.appending("home")), disk)
        }
    }

    private func strike(
        _ victim: Blow.Victim,
        _ owner: OwnerProcess,
        _ store: MachineStore,
        _ disk: TinyDisk?,
    ) async throws {
        let machine = try store.status(of: "one").process?.processID
        switch victim {
        case .owner: owner.end()
        case .machine:
            if let machine { kill(machine, SIGKILL) }
            owner.wait()
        case .machineStopped:
            if let machine { kill(machine, SIGSTOP) }
            try await Task.sleep(for: .milliseconds(200))
            owner.end()
        case .disk:
            try disk?.fill()
            owner.wait()
            try disk?.empty()
        }
        // The keeper of a start that was cut short ends its machine a moment after its owner.
        try await Task.sleep(for: .milliseconds(100))
    }
}
