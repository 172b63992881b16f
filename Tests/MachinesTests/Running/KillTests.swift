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
                try await Self.qemu("io", "-c", "write -P 90 0 1M", folder.disk.string)
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
            try await expectWhole(folder.disk, snapshot: "base")
            let again = try await store.start("one", isPaused: true)
            try await again.loadSnapshot("base")
            _ = try await again.kill()
            try await store.remove("one")
        }
    }

    /// Expects that what was written before a snapshot is in it, and that nothing can overwrite it.
    ///
    /// A save that is cut off has counted clusters of whose new use it could not write down: some are counted once too
    /// often, and their entries still say that they are used once. Space is lost by that, and no data. A cluster that is
    /// used and not counted would be given away again.
    private func expectWhole(_ disk: FilePath, snapshot: String) async throws {
        let check = try await ToolRun.run("qemu-img", ["check", disk.string])
        let uncounted = check.errors.split(separator: "\n").filter { $0.hasPrefix("ERROR cluster") }
        #expect(uncounted.isEmpty, "\(check.errors)")
        let copy = FilePath("\(disk).\(snapshot)")
        try await Self.qemu("img", "convert", "-l", "snapshot.name=\(snapshot)", "-O", "raw", disk.string, copy.string)
        let content = try WholeFile.read(copy)
        #expect(content.count == 64 << 20 && content.prefix(1 << 20).allSatisfy { $0 == 90 })
        try Folder.removeTree(copy)
    }

    private static func qemu(_ tool: String, _ arguments: String...) async throws {
        let outcome = try await ToolRun.run("qemu-\(tool)", arguments)
        try #require(outcome.isSuccess, "qemu-\(tool): \(outcome.lastWords)")
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
