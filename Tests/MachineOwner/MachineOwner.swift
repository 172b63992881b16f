import HostSupport
import Machines
import Quantities
import SystemPackage

/// A process that owns machines and that tests kill at bad moments.
///
///     MachineOwner HOME scoped         start a scoped machine, say `PID FOLDER`, wait
///     MachineOwner HOME start NAME     start a machine that outlives this process, say `begun` before and `done` after
///     MachineOwner HOME save NAME TAG  save, load or stop a running machine, say `begun` before and `done` after
///     MachineOwner HOME cycles COUNT   start, ask and quit so many machines; say what this process then uses
///     MachineOwner HOME nothing        end at once
@main struct MachineOwner {
    static func main() async throws {
        let words = CommandLine.arguments
        let home = QuiverHome(root: FilePath(words[1]))
        let store = MachineStore(home: home)
        switch words[2] {
        case "scoped":
            let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
            try await withMachine(small, home: home) { machine in
                try FileDescriptor.standardOutput.writeAll(
                    "\(machine.process.processID) \(machine.folder.path)\n".utf8
                )
                try await Task.sleep(for: .seconds(600))
            }
        case "start": try await tell { _ = try await store.start(words[3]) }
        case "save":
            let machine = try await store.attach(to: words[3])
            try await tell { try await machine.saveSnapshot(words[4], within: .seconds(20)) }
        case "load":
            let machine = try await store.attach(to: words[3])
            try await tell { try await machine.loadSnapshot(words[4], within: .seconds(20)) }
        case "nothing": break
        case "cycles": try await cycle(Int(words[3]) ?? 0, in: home)
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

    /// Says `DESCRIPTORS THREADS KIBIBYTES` after a tenth of the machines, which bring up what stays, and at the end.
    private static func cycle(_ count: Int, in home: QuiverHome) async throws {
        let small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
        for number in 1...count {
            try await withMachine(small, home: home) { machine in
                _ = try await machine.status()
                // A guest that stands still is not asked to press a button: QEMU is told to quit at once.
                try await machine.pause()
                _ = try await machine.powerDown(within: .seconds(60))
            }
            if number == count / 10 || number == count {
                try FileDescriptor.standardOutput.writeAll("\(try OwnUse().text)\n".utf8)
            }
        }
    }
}
