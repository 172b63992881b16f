import ArgumentParser
import Machines

/// The command `quiver kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "End a machine at once by SIGKILL, as if its power had failed.",
    )

    @Argument(help: "The machine's name.")
    var name: String

    func run() async throws {
        // By its lock and process alone: a machine that has to be killed may not answer at its monitor.
        let cause = try await MachineStore().kill(name)
        try StandardOutput.print("\(name): \(cause)")
    }
}
