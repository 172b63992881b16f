import ArgumentParser
import HostSupport
import Machines
import Quantities

/// The command `quiver fork`.
struct ForkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fork",
        abstract: "Make machines that go on from the instant at which a running machine is.",
        discussion: """
            The machine itself goes on too, after standing still for about a second. Its forks have its memory and its
            disks, and a host name, a machine-id, a host key and an ssh port of their own. They are machines like any
            other: enter them with `quiver ssh`, end them with `quiver stop`, remove them with `quiver rm`.
              quiver fork vm1 --count 3      makes vm1-1, vm1-2 and vm1-3
            """,
    )

    @Argument(help: "The running machine's name.")
    var name: String

    @Option(help: "How many forks are made.")
    var count = 1

    @Option(name: .customLong("name"), help: "What the forks' names begin with (default: the machine's name).")
    var prefix: String?

    @Option(help: "How long saving the machine, and the start of each fork, may take.")
    var timeout = DurationArgument(.seconds(60))

    @OptionGroup var diagnostics: DiagnosticOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...64).contains(count) else { throw ValidationError("\(count) forks are not possible; 1 to 64 are") }
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
            MachineReport(try store.status(of: $0.name), folder: $0.folder, now: now)
        }
        try output.render(MachineTable(machines: reports))
    }
}
