import Forks
import GuestAccess
import HostSupport
import Machines
import Synchronization
import SystemPackage

/// Many forks of one template, each of which must wake up as if it were the first.
struct ManyForks: Sendable {
    let qemu: String
    let count: Int
    let together: Int

    func run() async throws {
        let directory = try TemplateStore().scratchDirectory()
        let template = try await BenchGuest(qemu: qemu).with { try await BenchGuest.freeze($0, to: directory) }
        try await withCleanup {
            var figures = Figures()
            try await oneAfterAnother(template, &figures)
            try await atOnce(template, &figures)
            figures.print()
        } cleanup: {
            try? TemplateStore().remove(template)
        }
    }

    private func oneAfterAnother(_ template: Template, _ figures: inout Figures) async throws {
        var times: [Double] = []
        for _ in 0..<count {
            let begin = ContinuousClock.now
            try await template.withFork { fork in
                times.append((.now - begin).milliseconds)
                try await check(fork)
            }
        }
        figures.set("forks", Double(times.count))
        figures.set("p50", times)
        figures.set("slowest", times.max() ?? 0)
    }

    private func atOnce(_ template: Template, _ figures: inout Figures) async throws {
        let begin = ContinuousClock.now
        let gate = Gate()
        let memories = try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<together {
                group.addTask { [together] in
                    try await template.withFork { fork in
                        gate.arrived.withLock { $0 += 1 }
                        // All of them run before the first one ends.
                        while gate.arrived.withLock({ $0 }) < together { try await Task.sleep(for: .milliseconds(1)) }
                        let memory = ProcessMemory.proportionalShare(of: fork.machine.process.processID)
                        try await check(fork)
                        return memory
                    }
                }
            }
            return try await group.reduce(into: [Double]()) { $0.append($1) }
        }
        figures.set("together", Double(memories.count))
        figures.set("together_time", (.now - begin).milliseconds)
        figures.set("together_pss", memories)
    }

    /// How many forks have started.
    private final class Gate: Sendable {
        let arrived = Mutex(0)
    }

    private struct Differs: Error { let seen: String }

    /// A fork that is like the first one finds no trace of another, and leaves one.
    private func check(_ fork: Fork) async throws {
        let line = "hostname; ls /run/visited 2>/dev/null; touch /run/visited"
        guard let helper = fork.helper else { throw Differs(seen: "no helper") }
        let seen = try await helper.collect(.shell(line), within: .seconds(60))
        guard seen.text == "bench\n" else { throw Differs(seen: seen.text) }
    }
}
