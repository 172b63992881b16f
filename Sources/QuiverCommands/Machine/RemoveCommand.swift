import ArgumentParser
import Machines

/// The command `quiver rm`.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove stopped machines and their disks and logs.",
        discussion: """
            If one machine cannot be removed, the others still are. The exit status is that of the first failure.

              quiver rm vm1 vm2
              quiver rm --force vm1          kill it first if it is running
            """,
        aliases: ["remove"],
    )

    @OptionGroup var machines: MachineNames

    @Flag(help: "Kill machines that are still running, then remove them.")
    var force = false

    func run() async throws {
        let store = MachineStore()
        var failures = FailureTally()
        for name in machines.each {
            _ = try await failures.attempt {
                if force, try store.status(of: name).state == .running { _ = try await store.kill(name) }
                try await store.remove(name)
            }
        }
        try failures.conclude()
    }
}
