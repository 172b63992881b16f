import ArgumentParser
import Machines

/// The command `quiver kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Kill machines at once, as if their power had failed.",
        discussion: """
            QEMU gets SIGKILL. The guest cannot save anything; to shut it down, use `quiver stop`.

            If one machine cannot be killed, the others still are. The exit status is that of the first failure.

              quiver kill vm1
              quiver kill vm1 vm2 vm3
            """,
    )

    @OptionGroup var machines: MachineNames

    func run() async throws {
        let store = MachineStore()
        var failures = FailureTally()
        for name in machines.each {
            _ = try await failures.attempt {
                // Uses only its lock and process: the monitor of a machine that has to be killed may not answer.
                try StandardOutput.print("\(name): \(try await store.kill(name))")
            }
        }
        try failures.conclude()
    }
}
