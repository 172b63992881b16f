import CloudImages
import Forks
import GuestAccess
import HostSupport
import Machines
import Provisioning
import SystemPackage

/// The ways to a fresh guest of debian:12 with 1 GiB, all in one run of one QEMU.
struct GuestBench {
    let qemu: String
    let rounds: Int

    func run() async throws {
        var figures = Figures()
        let directory = try TemplateStore().scratchDirectory()
        let begin = ContinuousClock.now
        let template = try await BenchGuest(qemu: qemu).with { machine in
            figures.set("cold_boot", (.now - begin).milliseconds)
            try await machine.saveSnapshot("bench", within: .seconds(300))
            var restores: [Double] = []
            for _ in 0..<5 {
                let start = ContinuousClock.now
                _ = try await machine.restore("bench", resumes: true)
                restores.append((.now - start).milliseconds)
            }
            figures.set("restore", restores)
            let start = ContinuousClock.now
            let template = try await BenchGuest.freeze(machine, to: directory)
            figures.set("freeze", (.now - start).milliseconds)
            return template
        }
        try await withCleanup {
            try await forks(of: template, &figures)
            try await stillForks(of: template, &figures)
            try await standbys(of: template, &figures)
        } cleanup: {
            try? TemplateStore().remove(template)
        }
        figures.print()
    }

    /// From the call to the helper's answer.
    private func forks(of template: Template, _ figures: inout Figures) async throws {
        var (totals, starts, loads, answers, memories) = ([Double](), [Double](), [Double](), [Double](), [Double]())
        for _ in 0..<rounds {
            let begin = ContinuousClock.now
            try await template.withFork { fork in
                totals.append((.now - begin).milliseconds)
                starts.append(fork.timings.start.milliseconds)
                loads.append(fork.timings.load.milliseconds)
                answers.append(fork.timings.fixUp.milliseconds)
                memories.append(ProcessMemory.proportionalShare(of: fork.machine.process.processID))
            }
        }
        figures.set("fork", totals)
        figures.set("fork_start", starts)
        figures.set("fork_load", loads)
        figures.set("fork_answer", answers)
        figures.set("fork_pss", memories)
    }

    /// Forks that have not gone on yet, as tests get them on demand, two at once: what they share counts as shared.
    private func stillForks(of template: Template, _ figures: inout Figures) async throws {
        let pool = StandbyPool(of: template, size: 0)
        let memories = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            defer { group.cancelAll() }
            var memories: [Double] = []
            for _ in 0..<rounds {
                try await pool.withFork { first in
                    try await pool.withFork { _ in
                        memories.append(ProcessMemory.proportionalShare(of: first.machine.process.processID))
                    }
                }
            }
            return memories
        }
        figures.set("still_pss", memories)
    }

    /// From taking a fork that was made ahead to the helper's answer.
    private func standbys(of template: Template, _ figures: inout Figures) async throws {
        var (totals, memories) = ([Double](), [Double]())
        for _ in 0..<rounds {
            try await template.withStandby { fork in
                memories.append(ProcessMemory.proportionalShare(of: fork.machine.process.processID))
                let begin = ContinuousClock.now
                try await fork.resume()
                totals.append((.now - begin).milliseconds)
            }
        }
        figures.set("standby", totals)
        figures.set("standby_pss", memories)
    }
}

/// The guest that is measured.
struct BenchGuest {
    let qemu: String

    /// Boots it until cloud-init has ended and ssh listens.
    func with<Value>(_ body: (Machine) async throws -> Value) async throws -> Value {
        let image = try ImageStore().image(ImageReference("debian:12"))
        let provisioning = Provisioning(image: image, hostname: "bench")
        return try await withMachine(
            named: "bench",
            options: LaunchOptions(qemu: FilePath(qemu)),
            describe: { directory in
                var prepared = try await provisioning.prepare(MachineDescription(), in: directory)
                prepared.memoryBacking = .sharedFile(directory.path.appending("memory"))
                return prepared
            },
        ) { machine in
            // Closed before the body: the port has one client at a time.
            try await machine.withGuest { guest in
                _ = try await guest.helper.wait(for: GuestMilestone.sshListens, within: .seconds(60))
            }
            return try await body(machine)
        }
    }

    /// Freezes it as `quiver test` does.
    static func freeze(_ machine: Machine, to directory: FilePath) async throws -> Template {
        try await machine.withGuest(ready: .helper) { guest in
            try await guest.helper.fixUp(GuestFixUp(), within: .seconds(60))
            try await guest.helper.quiesce(within: .seconds(300))
            return try await machine.freeze(
                to: directory,
                name: "bench",
                ingredients: TemplateIngredients(),
                helper: guest.helper,
                keepsDigests: false,
            )
        }
    }
}
