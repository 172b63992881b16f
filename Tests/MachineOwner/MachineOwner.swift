import HostSupport
import Machines
import Quantities
import SystemPackage

/// A process that owns machines and that tests kill at bad moments.
///
///     MachineOwner HOME scoped         start a scoped machine, say `PID DIRECTORY`, wait
///     MachineOwner HOME start NAME     start a machine that outlives this process, say `begun` before and `done` after
///     MachineOwner HOME save NAME TAG  save, load or stop a running machine, say `begun` before and `done` after
///     MachineOwner HOME scoped-cycles COUNT, detached-cycles COUNT
///                                      start, ask and quit so many machines; say what this process then uses
///     MachineOwner HOME nothing        end at once
@main struct MachineOwner {
    static func main() async throws {
        let words = CommandLine.arguments
        let home = QuiverHome(root: FilePath(words[1]))
        let store = MachineStore(home: home)
        switch words[2] {
        case "scoped":
            try await withMachine(small, home: home) { machine in
                try FileDescriptor.standardOutput.writeAll(
                    "\(machine.process.processID) \(machine.directory.path)\n".utf8
                )
                try await Task.sleep(for: .seconds(600))
            }
        case "start": try await tell { _ = try await store.start(words[3]) }
        case "save":
            let machine = try await store.attach(to: words[3])
            try await tell { try await machine.saveSnapshot(words[4], within: .seconds(120)) }
        case "load":
            let machine = try await store.attach(to: words[3])
            try await tell { try await machine.load(words[4], within: .seconds(120)) }
        case "nothing": break
        case "scoped-cycles":
            try await cycle(Int(words[3]) ?? 0, in: home) {
                try await withMachine(small, home: home) { try await use($0) }
            }
        case "detached-cycles":
            _ = try await store.create("one") { _ in small }
            try await cycle(Int(words[3]) ?? 0, in: home) {
                await (try store.start("one")).disconnect()
                let machine = try await store.attach(to: "one")
                try await use(machine)
                await machine.disconnect()
            }
        case "stop":
            let machine = try await store.attach(to: words[3])
            try await tell { _ = try await machine.powerDown(within: .seconds(1)) }
        default: preconditionFailure("no such work: \(words[2])")
        }
    }

    /// Does a work, and says when it begins and when it is done.
    private static func tell(_ work: () async throws -> Void) async throws {
        try FileDescriptor.standardOutput.writeAll("begun\n".utf8)
        try await work()
        try FileDescriptor.standardOutput.writeAll("done\n".utf8)
    }

    private static let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))

    private static func use(_ machine: Machine) async throws {
        _ = try await machine.runState()
        // A guest that stands still is not asked to press a button: QEMU is told to quit at once.
        try await machine.pause()
        _ = try await machine.powerDown(within: .seconds(60))
    }

    /// Says what is in use after a tenth of the machines, which bring up what stays, and at the end.
    private static func cycle(_ count: Int, in home: QuiverHome, _ once: () async throws -> Void) async throws {
        for number in 1...count {
            try await once()
            guard number == count / 10 || number == count else { continue }
            // A keeper goes a moment after its machine.
            let end = ContinuousClock.now + .seconds(300)
            while try OwnUse(home: home).children > 0, .now < end { try await Task.sleep(for: .milliseconds(20)) }
            try FileDescriptor.standardOutput.writeAll("\(try OwnUse(home: home).text)\n".utf8)
        }
    }
}
