import ArgumentParser
import CloudImages
import GuestAccess
import HostSupport
import Machines
import Provisioning
import Quantities
import SystemPackage
import TestRuns

/// The command `quiver test`.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a Python project's pytest suite in a machine.",
        discussion: """
            The machine is configured under [tool.quiver] in the project's pyproject.toml; options override it. Standard \
            output and the exit status are pytest's. The first run bakes an image for the project and caches it; later \
            runs start from there.

            Arguments after -- are passed to pytest:
              quiver test --image debian:12
              quiver test Examples/netlab -- -x -k bridge
            """,
    )

    @Argument(help: "The project's directory.")
    var project = "."

    @Option(help: "The image to start from, e.g. debian:12 (default: the project's).")
    var image: String?

    @OptionGroup var trust: TrustOptions

    @Option(help: "The user-data for the guest's cloud-init, a file (default: the project's, else from its packages).")
    var userData: String?

    @Option(help: "Use this running machine instead of a fresh one.")
    var vm: String?

    @Option(help: "Number of processors (default: the project's, else 2).")
    var cpus: Int?

    @Option(help: "Memory, e.g. 512M or 2G (default: the project's, else 1G).")
    var memory: SizeArgument?

    @Option(help: "Accelerator; auto picks the fastest one that works.")
    var accel = AcceleratorArgument(.automatic)

    @Option(help: "Isolation level: none (one machine), file or test (default: the project's, else none).")
    var isolate: IsolationArgument?

    @Option(
        help: ArgumentHelp(
            """
            What the tests' machines reach: user (whatever this host reaches, and its own loopback services at \
            10.0.2.2), isolated (nothing) or none (they have no network card); installing packages always reaches the \
            network (default: the project's, else user).
            """,
            valueName: "user|isolated|none",
        )
    )
    var network: NetworkArgument?

    @Option(
        name: [.customShort("n"), .long],
        help: "Number of machines that run tests at the same time, 1 to 64; needs --isolate file or test."
    )
    var parallel = 1

    @Flag(help: "Print a timing breakdown for each test.")
    var timings = false

    @Option(help: "Write pytest's JUnit XML to this file.")
    var junit: String?

    @Option(help: "Write a report of the run to this file, as a single HTML page.")
    var report: String?

    @Option(help: "Time limit for the whole pytest run, e.g. 10m (default: none).")
    var timeout: TimeLimitArgument?

    @Option(help: "Time limit for each isolated test or file, e.g. 30s; it fails, the others continue (default: none).")
    var testTimeout: TimeLimitArgument?

    @Option(
        help:
            """
            For how long a booting guest may do nothing: print nothing, and write nothing to its disk \
            (default: 5m; 30m for a guest of another architecture than the host's).
            """
    )
    var bootTimeout: TimeLimitArgument?

    @Flag(help: "If baking the image fails, keep its machine and show how to inspect it.")
    var keepFailed = false

    @OptionGroup var diagnostics: DiagnosticOptions

    @Argument(parsing: .postTerminator, help: "Arguments for pytest.")
    var pytestArguments: [String] = []

    func run() async throws {
        let directory = FilePath(project).absolute
        var configuration = try ProjectConfiguration(project: directory)
        if let userData { try configuration.useUserData(at: FilePath(userData).absolute) }
        configuration.cpus = cpus ?? configuration.cpus
        configuration.memory = memory?.size ?? configuration.memory
        configuration.isolate = isolate?.isolation ?? configuration.isolate
        configuration.network = network?.access ?? configuration.network
        guard parallel == 1 || configuration.isolate != .none else {
            throw CommandFailure(
                .usage,
                "-n \(parallel) needs isolated tests; add --isolate test or --isolate file"
            )
        }
        guard testTimeout == nil || configuration.isolate != .none else {
            throw CommandFailure(
                .usage,
                "--test-timeout needs isolated tests; add --isolate test or --isolate file"
            )
        }
        var run = TestRun(project: directory, configuration: configuration)
        let table = TimingTable()
        run.parallel = parallel
        run.onTiming = table.note
        run.pytestArguments = pytestArguments
        run.junit = junit.map { FilePath($0).absolute }
        run.report = report.map { FilePath($0).absolute }
        run.launch = LaunchOptions(logger: diagnostics.logger)
        run.accelerator = accel.choice
        run.limits = limits(for: .host)
        run.keepsFailedBake = keepFailed
        let output = PassedOnOutput()
        run.onOutput = output.write
        run.columns = StandardOutput.columns
        run.isColoured = StandardOutput.isTerminal
        let clock = StageClock(observer: StagePrinter())
        let code = try await output.during { [run] in
            if let vm {
                try await runIn(machine: vm, run, clock)
            } else {
                try await runInMachineOfItsOwn(run, clock)
            }
        }
        if timings { StandardError.write(table.text) }
        if code == 5 {
            StandardError.write(
                "quiver: pytest ran no test in \(directory): none was found in files named test_*.py, or all were deselected"
            )
        }
        guard code == 0 else { throw PassedOnStatus(code: code) }
    }

    func validate() throws {
        guard (1...64).contains(parallel) else {
            throw ValidationError("-n \(parallel): must be from 1 to 64")
        }
        guard vm == nil || isolate == nil || isolate?.isolation == ProjectConfiguration.Isolation.none else {
            throw ValidationError("--isolate and --vm cannot be combined")
        }
        guard vm == nil || userData == nil else { throw ValidationError("--user-data and --vm cannot be combined") }
        guard vm == nil || network == nil else { throw ValidationError("--network and --vm cannot be combined") }
    }

    private func limits(for architecture: GuestArchitecture) -> TestRunLimits {
        var limits = TestRunLimits(for: architecture)
        if let bootTimeout { limits.boot = bootTimeout.duration }
        limits.pytest = timeout?.duration
        limits.test = testTimeout?.duration
        return limits
    }

    private func runIn(machine name: String, _ run: TestRun, _ clock: StageClock) async throws -> Int32 {
        try await withAttachedMachine(name) { try await run.run(in: $0, clock: clock) }
    }

    private func runInMachineOfItsOwn(_ run: TestRun, _ clock: StageClock) async throws -> Int32 {
        guard let name = image ?? run.configuration.image else {
            throw CommandFailure(
                .usage,
                "no image given: use --image debian:12, or set it in pyproject.toml: [tool.quiver] image = \"debian:12\"",
            )
        }
        let image = try await clock.time(.image, note: { _ in name }) {
            try ImageStore().image(ImageReference(name), trustsBacking: trust.trustsBacking)
        }
        var run = run
        run.limits = limits(for: GuestArchitecture(image.architecture))
        return try await run.run(image: image, clock: clock)
    }
}

/// An isolation level on the command line.
struct IsolationArgument: ExpressibleByArgument {
    let isolation: ProjectConfiguration.Isolation

    init?(argument: String) {
        guard let isolation = ProjectConfiguration.Isolation(rawValue: argument) else { return nil }
        self.isolation = isolation
    }

    static var allValueStrings: [String] { ProjectConfiguration.Isolation.allCases.map(\.rawValue) }
}
