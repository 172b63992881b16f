import ArgumentParser
import CloudImages
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage
import TestRuns

/// The command `quiver test`.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a Python project's pytest suite in a machine.",
        discussion: """
            The project's pyproject.toml says under [tool.quiver] what its machine needs; options here override it. \
            Standard output is pytest's own, the exit status too. The first run provisions an image for the project and \
            keeps it; later runs start from there.

            Arguments after -- go to pytest:
              quiver test Examples/netlab -- -x -k bridge
            """,
    )

    @Argument(help: "The project's folder.")
    var project = "."

    @Option(help: "The image to start from, as in debian:12; overrides the project's.")
    var image: String?

    @Option(help: "Run in this running machine, as it is, instead of in one of the run's own.")
    var vm: String?

    @Option(help: "The number of virtual processors; overrides the project's.")
    var cpus: Int?

    @Option(help: "The machine's memory, as in 512M or 2G; overrides the project's.")
    var memory: SizeArgument?

    @Option(help: "The accelerator: auto, kvm, hvf or tcg.")
    var accel = AcceleratorArgument(.automatic)

    @Option(help: "How far tests are kept apart: one machine for all (none), one a file, or one a test.")
    var isolate: IsolationArgument?

    @Option(
        name: [.customShort("n"), .long],
        help: "How many machines run tests at once, with --isolate file or test."
    )
    var parallel = 1

    @Flag(help: "Show where the time of each test's machine went.")
    var timings = false

    @Option(help: "Write pytest's results to this file as JUnit XML.")
    var junit: String?

    @Option(help: "Write a report of the run to this file, as one HTML page.")
    var report: String?

    @Option(help: "Give up when the whole pytest run takes longer, as in 10m.")
    var timeout: DurationArgument?

    @Option(help: "With --isolate, end a test (or file) that takes longer, as in 30s; it fails, the others go on.")
    var testTimeout: DurationArgument?

    @Option(
        help:
            "How long the guest may take to boot (default: 5m; 30m for a guest of another architecture than the host's)."
    )
    var bootTimeout: DurationArgument?

    @Flag(help: "If the image cannot be provisioned, keep its machine and say how to look at it.")
    var keepFailed = false

    @OptionGroup var diagnostics: DiagnosticOptions

    @Argument(parsing: .postTerminator, help: "Arguments for pytest.")
    var pytestArguments: [String] = []

    func run() async throws {
        let folder = FilePath(project).absolute
        var configuration = try ProjectConfiguration(project: folder)
        configuration.cpus = cpus ?? configuration.cpus
        configuration.memory = memory?.size ?? configuration.memory
        configuration.isolate = isolate?.isolation ?? configuration.isolate
        guard parallel == 1 || configuration.isolate != .none else {
            throw CommandFailure(
                .usage,
                "-n \(parallel) needs tests that are kept apart: add --isolate test or --isolate file"
            )
        }
        guard testTimeout == nil || configuration.isolate != .none else {
            throw CommandFailure(
                .usage,
                "--test-timeout needs tests that are kept apart: add --isolate test or --isolate file"
            )
        }
        var run = TestRun(project: folder, configuration: configuration)
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
        run.onOutput = StandardOutput.write
        run.columns = StandardOutput.columns
        run.isColoured = StandardOutput.isTerminal
        let clock = StageClock(observer: StagePrinter())
        let code =
            if let vm {
                try await runIn(machine: vm, run, clock)
            } else {
                try await runInMachineOfItsOwn(run, clock)
            }
        if timings { StandardError.write(table.text) }
        if code == 5 {
            StandardError.write("quiver: no tests were found in \(project); pytest looks for files named test_*.py")
        }
        guard code == 0 else { throw PassedOnStatus(code: code) }
    }

    func validate() throws {
        guard (1...64).contains(parallel) else {
            throw ValidationError("\(parallel) machines at once are not possible; 1 to 64 are")
        }
        guard vm == nil || isolate == nil || isolate?.isolation == ProjectConfiguration.Isolation.none else {
            throw ValidationError("--isolate needs machines of its own; leave out --vm")
        }
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
                "no image: say which with --image debian:12, or in pyproject.toml: [tool.quiver] image = \"debian:12\"",
            )
        }
        let image = try await clock.time(.image, note: { _ in name }) { try ImageStore().image(ImageReference(name)) }
        var run = run
        run.limits = limits(for: GuestArchitecture(image.architecture))
        return try await run.run(image: image, clock: clock)
    }
}

/// How far tests are kept apart, on the command line.
struct IsolationArgument: ExpressibleByArgument {
    let isolation: ProjectConfiguration.Isolation

    init?(argument: String) {
        guard let isolation = ProjectConfiguration.Isolation(rawValue: argument) else { return nil }
        self.isolation = isolation
    }

    static var allValueStrings: [String] { ProjectConfiguration.Isolation.allCases.map(\.rawValue) }
}
