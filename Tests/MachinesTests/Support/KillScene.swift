import HostSupport
import HostTools
import LibC
import PatienceForTests
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// A machine with a snapshot `base`, in a home of its own, and somebody who is about to be hit.
struct KillScene {
    let home: QuiverHome
    /// The disk that the home is on, where that is to be filled.
    let disk: TinyDisk?
    let directory: MachineDirectory

    var store: MachineStore { MachineStore(home: home) }

    /// What was written before the snapshot was saved: into the first mebibyte of the disk, and into the memory.
    static let (diskByte, memoryWord) = (UInt8(90), "0x51554956")
    private static let place = "0x1000000"

    /// Runs the body with a machine that is in the state in which the work begins.
    static func with<Value>(_ blow: Blow, _ body: (KillScene) async throws -> Value) async throws -> Value {
        guard blow.victim == .disk else {
            return try await ScratchHome.with { try await body(prepare(blow.work, in: $0, on: nil)) }
        }
        return try await TinyDisk.with(.mebibytes(192)) { disk in
            try await body(prepare(blow.work, in: QuiverHome(root: disk.directory.appending("home")), on: disk))
        }
    }

    private static func prepare(_ work: Blow.Work, in home: QuiverHome, on disk: TinyDisk?) async throws -> KillScene {
        let store = MachineStore(home: home)
        try makeBallast(in: home)
        let directory = try await store.create("one") { directory in
            try await EmptyDisk.create(at: directory.disk)
            try await qemu("io", "-c", "write -P \(diskByte) 0 1M", directory.disk.string)
            var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
            small.drives = [Drive(id: "disk0", file: directory.disk)]
            small.extraArguments = loading(memoryWord, in: home)
            return small
        }
        let scene = KillScene(home: home, disk: disk, directory: directory)
        // By an owner of its own, so that all that belongs to this scene names its home.
        try await BlockingCalls.run { try #require(OwnerProcess([home.data.string, "start", "one"]).wait() != "") }
        let machine = try await store.attach(to: "one")
        try await machine.saveSnapshot("base")
        await machine.disconnect()
        if work == .start { _ = try await store.kill("one") }
        return scene
    }

    /// Begins the work; returns when it has begun.
    func begin(_ work: Blow.Work) async throws -> OwnerProcess {
        let owner = try OwnerProcess([home.data.string, work.rawValue, "one", work == .load ? "base" : "other"])
        let word = try await BlockingCalls.run { try owner.line() }
        try #require(word == "begun")
        return owner
    }

    /// How long the work takes when nothing happens.
    static func undisturbed(_ work: Blow.Work) async throws -> Duration {
        try await with(Blow(work: work, victim: .owner, share: 0)) { scene in
            let owner = try await scene.begin(work)
            let start = ContinuousClock.now
            try await BlockingCalls.run { try #require(owner.line() == "done") }
            let duration = ContinuousClock.now - start
            owner.wait()
            if try scene.store.status(of: "one").state == .running { _ = try await scene.store.kill("one") }
            return duration
        }
    }

    /// Strikes; returns whether the work was still going on then.
    func strike(_ victim: Blow.Victim, _ owner: OwnerProcess) async throws -> Bool {
        switch victim {
        case .owner: return owner.end() == ""
        case .machine:
            guard let machine = try await machineProcess(of: owner) else { return false }
            kill(machine, SIGKILL)
            let isInTime = try owner.heard() == ""
            _ = try await BlockingCalls.run { owner.wait() }
            return isInTime
        case .machineStopped:
            guard let machine = try await machineProcess(of: owner) else { return false }
            kill(machine, SIGSTOP)
            let isInTime = try owner.heard() == ""
            owner.end()
            return isInTime
        case .disk:
            try await disk?.runOut()
            let isInTime = try owner.heard() == ""
            _ = try await BlockingCalls.run { owner.wait() }
            try await disk?.recover()
            return isInTime
        }
    }

    /// The QEMU of the machine, as soon as there is one; nil when the owner is done and there is none.
    func machineProcess(of owner: OwnerProcess) async throws -> Int32? {
        let end = ContinuousClock.now + Patience.seconds(30)
        while ContinuousClock.now < end {
            if let process = await QEMUProcess.ofQuiver().first(where: { $0.directory == directory.path }) {
                return process.id
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw NothingThere(what: "no QEMU for \(directory.path) in time")
    }

    /// Expects that soon everything that is left is what the store says of it, and returns the machine's state then.
    ///
    /// - Parameter isKilled: Whether the machine was killed, and runs for a moment yet at most.
    func settle(isKilled: Bool) async throws -> MachineStatus.State {
        let end = ContinuousClock.now + Patience.seconds(30)
        while true {
            let status = try store.status(of: "one")
            let machines = await QEMUProcess.ofQuiver().filter { $0.directory == directory.path }.map(\.id)
            switch status.state {
            case .running where !isKilled && machines == [status.process?.processID]: return .running
            case .stopped, .crashed, .stale:
                if await processes().isEmpty, !FileLock.isHeld(directory.lockFile) { return status.state }
            case .running, .busy: break
            }
            guard ContinuousClock.now < end else {
                throw NothingThere(what: "\(status.state), and there were still \(await processes())")
            }
            // The keeper of a start that was cut short ends its machine a moment after its owner.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// All processes that name this scene's home: owners, keepers, machines.
    func processes() async -> [String] {
        let listing = try? await ToolRun.run("ps", ["-axww", "-o", "pid=,args="])
        return (listing?.output ?? "ps does not say").split(separator: "\n").map(String.init)
            .filter { $0.contains(home.data.string) || listing == nil }
    }

    /// Expects no file below the home but those of machines that the store knows.
    func expectNothingLeftOver() async {
        let leftovers = await Examination(home: home).leftovers().map(\.finding)
            .filter { $0.subject.contains(home.data.string) || $0.message.contains(home.data.string) }
        #expect(leftovers.isEmpty)
    }

    /// Expects that what was written before the snapshot is in it, and that nothing can overwrite it.
    ///
    /// A save that is cut off has counted clusters of whose new use it could not write down: some are counted once too
    /// often, and their entries still say that they are used once. Space is lost by that, and no data. A cluster that is
    /// used and not counted would be given away again.
    func expectSnapshotWhole() async throws {
        let check = try await ToolRun.run("qemu-img", ["check", directory.disk.string])
        let uncounted = check.errors.split(separator: "\n").filter { $0.hasPrefix("ERROR cluster") }
        #expect(uncounted.isEmpty, "\(check.errors)")
        let copy = FilePath("\(directory.disk).base")
        try await Self.qemu(
            "img",
            "convert",
            "-l",
            "snapshot.name=base",
            "-O",
            "raw",
            directory.disk.string,
            copy.string
        )
        let content = try WholeFile.read(copy)
        #expect(content.count == 64 << 20 && content.prefix(1 << 20).allSatisfy { $0 == Self.diskByte })
        try Directory.removeTree(copy)
        try await expectMemoryLoads()
    }

    /// Loads the snapshot into a machine whose memory holds something else.
    private func expectMemoryLoads() async throws {
        var description = try store.description(of: "one")
        description.extraArguments = Self.loading("0x2", in: home)
        try MachineFile.write(description, to: directory.descriptionFile, machine: "one")
        let machine = try await store.start("one", isPaused: true)
        #expect(try await Self.memory(of: machine) == "0x00000002")
        try await machine.load("base")
        let word = try await Self.memory(of: machine)
        #expect(word == Self.memoryWord)
        _ = try await machine.kill()
    }

    private static func memory(of machine: Machine) async throws -> String? {
        try await machine.humanMonitor("xp /1wx \(place)").split(whereSeparator: \.isWhitespace).last.map(String.init)
    }

    /// Has QEMU put a word into the guest's memory when it starts, and the ballast above it.
    private static func loading(_ word: String, in home: QuiverHome) -> [String] {
        [
            "-device", "loader,addr=\(place),data=\(word),data-len=4",
            "-device", "loader,addr=0x1100000,file=\(ballast(in: home)),force-raw=on",
        ]
    }

    private static func ballast(in home: QuiverHome) -> FilePath { home.data.appending("ballast") }

    /// Makes what the guest's memory is filled with: a memory of zeros is saved and loaded in no time.
    private static func makeBallast(in home: QuiverHome) throws {
        let source = try FileDescriptor.open("/dev/urandom", .readOnly, options: .closeOnExec)
        let content = try source.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: 24 << 20) { buffer, count in
                while count < buffer.count {
                    count += try source.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    )
                }
            }
        }
        try Directory.create(home.data)
        try WholeFile.write(content, to: ballast(in: home))
    }

    private static func qemu(_ tool: String, _ arguments: String...) async throws {
        let outcome = try await ToolRun.run("qemu-\(tool)", arguments)
        try #require(outcome.isSuccess, "qemu-\(tool): \(outcome.lastWords)")
    }
}

/// Something that a test waited for did not happen.
struct NothingThere: Error, CustomStringConvertible {
    let what: String

    var description: String { what }
}
