import ArgumentParser
import Forks
import HostSupport
import Machines
import Quantities

/// The command `quiver fork`.
struct ForkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork",
        abstract: "Fork a running machine: each copy continues from its current state.",
        discussion: """
            The machine itself is paused for about a second, then continues too. Each fork has the machine's memory and \
            disks, and its own host name, machine-id, host key and ssh port. Use it like any other machine: `quiver \
            ssh`, `quiver stop`, `quiver rm`.

              quiver fork vm1                makes vm1-1
              quiver fork vm1 --count 3      makes vm1-1, vm1-2 and vm1-3
            """,
    )

    @Argument(help: "The running machine's name.")
    var name: String

    @Option(help: "Number of forks, 1 to 64.")
    var count = 1

    @Option(
        name: .customLong("name"),
        help: "Prefix of the forks' names, which are NAME-1, NAME-2 and so on (default: the machine's name)."
    )
    var prefix: String?

    @Option(help: "Time limit for saving the machine, and for starting each fork, e.g. 2m.")
    var timeout = TimeLimitArgument(.seconds(60))

    @OptionGroup var diagnostics: DiagnosticOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...64).contains(count) else { throw ValidationError("--count \(count): must be from 1 to 64") }
    }

    func run() async throws {
        let store = MachineStore(logger: diagnostics.logger)
        let options = ForkOptions(
            startDeadline: timeout.duration,
            answerDeadline: timeout.duration,
            logger: diagnostics.logger,
        )
        let forks = try await store.fork(name, count: count, prefix: prefix, options: options)
        for fork in forks { await fork.disconnect() }
        let now = WallClock.now
        let reports = try forks.map {
            MachineReport(try store.status(of: $0.name), directory: $0.directory, now: now)
        }
        try output.render(MachineTable(machines: reports))
    }
}
