import DiskImages
import HostSupport
import LibC
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// What an examination finds of machines that went wrong, and what it mends; one after another, since each mends the
/// processes of all homes.
@Suite(.tags(.qemu), .serialized, .hangLimit(minutes: 3))
struct DoctorTests {
    private static let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))

    @Test func `a QEMU whose directory is gone is found and ended`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            let machine = try await store.start("one")
            await machine.disconnect()
            let id = machine.process.processID
            try Directory.removeTree(directory.path)

            let examination = Examination(home: home)
            let finding = try #require(await examination.findings().first { $0.subject == "process \(id)" })
            #expect(finding.severity == .problem && finding.isFixable)
            #expect(finding.message.contains(directory.path.string))
            #expect(await mended(by: examination, about: "process \(id)"))
            try await eventually { !ProcessProbe.isAlive(id) }
            // Its sockets had a listener until then.
            _ = await examination.fix()
            #expect(Directory.names(in: home.runtime).isEmpty)
        }
    }

    @Test(arguments: [false, true])
    func `a QEMU whose directory has another machine is found and ended`(otherRuns: Bool) async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            let first = try await store.start("one")
            await first.disconnect()
            try Directory.removeTree(directory.path)
            try Directory.removeTree(directory.sockets)
            _ = try await store.create("one") { _ in Self.small }
            var second: Machine?
            if otherRuns { second = try await store.start("one") }
            await second?.disconnect()

            let examination = Examination(home: home)
            let id = first.process.processID
            let finding = try #require(await examination.findings().first { $0.subject == "process \(id)" })
            #expect(finding.message.contains("belongs to another machine now"))
            #expect(await mended(by: examination, about: "process \(id)"))
            try await eventually { !ProcessProbe.isAlive(id) }
            if let other = second?.process.processID {
                #expect(await !examination.findings().contains { $0.subject == "process \(other)" })
                #expect(ProcessProbe.isAlive(other))
                _ = try await store.kill("one")
            }
        }
    }

    @Test func `a scoped machine that outlived its owner is found and ended`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = MachineDirectory(path: store.scopes.appending("left-1-x"), runtime: home.runtime)
            // As one whose keeper was killed where no signal follows that; its owner is a process that has ended.
            let owner = try OwnerProcess(["/tmp", "nothing"])
            owner.wait()
            let machine = try await store.launch("left", directory, Self.small, lifetime: .detached, options: .init())
            await machine.disconnect()
            var record = machine.process
            record.owner = owner.id
            try MachineFile.write(record, to: directory.processFile, machine: "left")

            let examination = Examination(home: home)
            #expect(await mended(by: examination, about: "process \(record.processID)"))
            try await eventually { !ProcessProbe.isAlive(record.processID) }
            #expect(!HostFile.exists(directory.path) && !HostFile.exists(directory.sockets))
        }
    }

    @Test func `what dead machines left behind is removed, and what lives is left alone`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let alive = try await store.create("alive") { _ in Self.small }
            let machine = try await store.start("alive")
            await machine.disconnect()
            let scope = store.scopes.appending("dead-1-x")
            try Directory.create(scope.appending("deeper"))
            let sockets = home.runtime.appending("nobodys")
            try Directory.create(sockets)
            try Directory.create(home.machines.appending("unfinished"))

            let examination = Examination(home: home)
            let subjects = await examination.findings().filter { $0.isFixable && !isOfOthers($0) }.map(\.subject)
            #expect(Set(subjects) == [scope.string, sockets.string, "machine unfinished"])
            for attempt in await examination.fix() { #expect(attempt.failure == nil) }
            #expect(!HostFile.exists(scope) && !HostFile.exists(sockets))
            #expect(store.names == ["alive"])
            #expect(HostFile.exists(alive.consoleSocket))
            #expect(try store.status(of: "alive").state == .running)
            _ = try await store.kill("alive")
            // One that has stopped is no leftover.
            #expect(await examination.leftovers().filter { !isOfOthers($0.finding) }.isEmpty)
        }
    }

    @Test func `a machine that is just being made is not taken for one that was given up`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            _ = try await store.create("slow") { _ in
                let state = try store.status(of: "slow").state
                #expect(state == .busy)
                #expect(await Examination(home: home).fix().filter { !isOfOthers($0.finding) }.isEmpty)
                return Self.small
            }
            #expect(store.names == ["slow"])
        }
    }

    @Test func `a disk whose base has moved is put onto it in its new place`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let base = home.images.appending("base/disk.qcow2")
            try Directory.create(base.removingLastComponent())
            try await EmptyDisk.create(at: base)
            _ = try await store.create("one") { directory in
                try Overlay.create(at: directory.disk, base: base)
                var description = Self.small
                description.drives = [Drive(id: "disk0", file: directory.disk)]
                return description
            }
            try Directory.rename(base.removingLastComponent(), to: home.images.appending("renamed"))

            let examination = Examination(home: home)
            let finding = try #require(await examination.findings().first { $0.subject == "machine one" })
            #expect(finding.severity == .problem && finding.isFixable)
            #expect(finding.message.contains(home.images.appending("renamed/disk.qcow2").string))
            #expect(await mended(by: examination, about: "machine one"))
            let after = try #require(await examination.findings().first { $0.subject == "machine one" })
            #expect(after.severity == .fine)
            let machine = try await store.start("one")
            _ = try await machine.kill()
        }
    }

    @Test func `a description that cannot be understood is named and left to a person`() async throws {
        try await ScratchHome.with { home in
            let store = MachineStore(home: home)
            let directory = try await store.create("one") { _ in Self.small }
            try WholeFile.write("{ \"memory\": ".utf8, to: directory.descriptionFile)
            let examination = Examination(home: home)
            let finding = try #require(await examination.findings().first { $0.subject == "machine one" })
            #expect(finding.message.contains(directory.descriptionFile.string) && !finding.isFixable)
            #expect(await examination.fix().filter { !isOfOthers($0.finding) }.isEmpty)
            await expect(failing: .fileFailed) { _ = try await store.start("one") }
            try await store.remove("one")
        }
    }

    @Test(arguments: ["/plain/machines/one", "/with, comma and space/machines/one"])
    func `a machine's directory is read from its QEMU's command line`(path: String) {
        let plan = LaunchPlan(
            name: "one",
            id: MachineID(),
            description: Self.small,
            accelerator: .tcg,
            flash: .builtIn,
            dataDirectories: [],
            consoleLog: FilePath(path).appending("console.log"),
        )
        let line = (["qemu-system-x86_64"] + plan.arguments).joined(separator: " ")
        #expect(QEMUProcess(id: 1, commandLine: line)?.directory == FilePath(path))
        #expect(QEMUProcess(id: 1, commandLine: "qemu-system-x86_64 -name guest=other") == nil)
    }

    /// Whether it is about a process: those are looked for in all homes of the user, and other tests run too.
    private func isOfOthers(_ finding: Finding) -> Bool { finding.subject.hasPrefix("process") }

    private func mended(by examination: Examination, about subject: String) async -> Bool {
        await examination.fix().contains { $0.finding.subject == subject && $0.failure == nil }
    }
}
