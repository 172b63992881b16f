import ArgumentParser
import Machines

/// The command `quiver rm`.
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove machines that do not run, with their disks and logs.",
        aliases: ["remove"],
    )

    @Argument(help: "The machines' names.")
    var names: [String]

    @Flag(help: "Kill machines that run.")
    var force = false

    func run() async throws {
        let store = MachineStore()
        for name in names {
            if force, try store.status(of: name).state == .running { _ = try await store.kill(name) }
            try await store.remove(name)
        }
    }
}
