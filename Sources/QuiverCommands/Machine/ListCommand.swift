import ArgumentParser
import HostSupport
import Machines

/// The command `quiver ls`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List all machines, running or not.",
        discussion: """
              quiver ls
              quiver ls --format json
            """,
        aliases: ["list"],
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore()
        let now = WallClock.now
        let machines = store.list().map { MachineReport($0, directory: store.directory(of: $0.name), now: now) }
        try output.render(MachineTable(machines: machines))
    }
}
