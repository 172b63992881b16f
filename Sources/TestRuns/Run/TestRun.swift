public import CloudImages
import Forks
public import GuestAccess
public import HostSupport
public import Machines
import Provisioning
public import SystemPackage

/// One run of a project's pytest suite in a machine.
public struct TestRun: Sendable {
    /// The project's directory on the host.
    public var project: FilePath
    /// What the project says about its machine and its tests.
    public var configuration: ProjectConfiguration
    /// Arguments added to the pytest command.
    public var pytestArguments: [String]
    /// What executes the guest's instructions.
    public var accelerator: AcceleratorChoice
    /// Where pytest's JUnit XML is written on the host; nil writes none.
    public var junit: FilePath?
    /// Where a report of the run is written on the host, as one HTML page; nil writes none.
    public var report: FilePath?
    /// The home with the images and the cache.
    public var home: QuiverHome
    /// How the machines are started.
    public var launch: LaunchOptions
    /// How long the parts of the run may take.
    public var limits: TestRunLimits
    /// Receives pytest's output as it comes.
    public var onOutput: OutputHandler
    /// The number of machines that run isolated tests at the same time.
    public var parallel: Int
    /// The number of standbys while tests run; nil uses as many as run at the same time.
    public var standbys: Int?
    /// Receives the timing breakdown of each fork, if tests are isolated.
    public var onTiming: @Sendable (TestTiming) -> Void
    /// Whether to keep the machine of a failed bake, for inspection.
    public var keepsFailedBake: Bool
    /// The width of the terminal that shows the output, in columns; nil uses pytest's default.
    public var columns: Int?
    /// Whether pytest's output is coloured.
    public var isColoured: Bool

    /// Creates a run with the defaults: one machine at a time, no report and no output.
    public init(project: FilePath, configuration: ProjectConfiguration, home: QuiverHome = .current) {
        self.project = project.absolute
        self.configuration = configuration
        pytestArguments = []
        accelerator = .automatic
        junit = nil
        report = nil
        self.home = home
        launch = LaunchOptions()
        limits = TestRunLimits()
        onOutput = { _, _ in }
        parallel = 1
        standbys = nil
        onTiming = { _ in }
        keepsFailedBake = false
        columns = nil
        isColoured = false
    }

    /// Runs the suite in a fresh machine, which is removed when this returns.
    ///
    /// - Parameters:
    ///   - image: The image to start from; it is baked for the project if necessary.
    ///   - clock: Times the stages.
    /// - Returns: pytest's exit status. Failing tests are a result, not an error.
    public func run(image: Image, clock: StageClock) async throws -> Int32 {
        try await reporting(clock) { gathered in try await run(image: image, gathered, clock: clock) }
    }

    private func run(image: Image, _ gathered: RunReport, clock: StageClock) async throws -> Int32 {
        let baked = try await bake(image, clock: clock)
        let warm = WarmMachine(
            baked: baked,
            project: project,
            configuration: configuration,
            description: warmDescription(for: image),
            name: project.lastComponent?.string ?? "project",
            home: home,
            launch: launch,
            limits: limits,
            clock: clock,
        )
        let template = try await warm.obtain()
        switch configuration.isolate {
        case .none: return try await run(forking: template, gathered, clock: clock)
        case .file, .test: return try await runIsolated(from: template, gathered, clock: clock)
        }
    }

    /// Writes the report, if requested, when the body has returned pytest's exit status.
    private func reporting(_ clock: StageClock, _ body: (RunReport) async throws -> Int32) async throws -> Int32 {
        let gathered = RunReport()
        let status = try await body(gathered)
        if let report {
            let title = project.lastComponent?.string ?? "project"
            try gathered.write(to: report, title: title, status: status, stages: clock.times)
        }
        return status
    }

    /// Runs the whole suite in one fork of the template.
    private func run(forking template: Template, _ gathered: RunReport, clock: StageClock) async throws -> Int32 {
        let options = ForkOptions(channels: [.pytest])
        return try await template.withFork(named: "test", home: home, options: options) { fork in
            let access = try fork.pytestAccess()
            let (helper, channel) = (access.helper, access.channel)
            defer { channel.close() }
            let waiting = WaitingPytest(in: fork, helper: helper, channel: channel)
            let ssh = try fork.sshIfConnected(home: home)
            return try await MachineWatch(fork.machine).during {
                let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
                let listing = ProjectListing.read(in: template.directory)
                try await sync.update(since: listing, helper: helper, limits: limits, clock: clock)
                return try await runSuite(sync, helper: helper, waiting, gathered, clock: clock, remembers: true)
            }
        }
    }

    /// The image baked for the project: from the cache, or baked now.
    public func bake(_ image: Image, clock: StageClock) async throws -> BakedImage {
        let bake = Bake(
            image: image,
            configuration: configuration,
            description: description(for: image),
            project: project,
            home: home,
            launch: launch,
            limits: limits,
            clock: clock,
            keepsFailed: keepsFailedBake,
        )
        return try await bake.obtain()
    }

    /// The configuration of the project's machine, apart from its disk and seed; its architecture is the image's.
    public func description(for image: Image) -> MachineDescription {
        var description = MachineDescription(
            architecture: GuestArchitecture(image.architecture),
            processorCount: configuration.cpus,
            memory: configuration.memory,
        )
        description.accelerator = accelerator
        return description
    }

    /// The same for the machine that tests run in, which may reach less than the one that is baked.
    private func warmDescription(for image: Image) -> MachineDescription {
        var description = description(for: image)
        if configuration.network != .user { description.networks = configuration.network.cards() }
        return description
    }

    /// Runs the suite in a running machine; the tests' changes stay.
    public func run(in machine: Machine, clock: StageClock) async throws -> Int32 {
        var run = self
        run.configuration.isolate = .none
        return try await reporting(clock) { [run] gathered in
            try await run.run(in: machine, gathered, clock: clock)
        }
    }

    private func run(in machine: Machine, _ gathered: RunReport, clock: StageClock) async throws -> Int32 {
        try await MachineWatch(machine).during {
            let helper = try machine.helper()
            defer { helper.close() }
            _ = try await helper.hello(within: limits.ssh)
            try await GuestTools(helper: helper, limits: limits)
                .ensure(needsPytest: configuration.usesStandardPytest)
            let sync = ProjectSync(
                project: project,
                configuration: configuration,
                ssh: try machine.sshIfConnected(home: home)
            )
            try await sync.update(since: nil, helper: helper, limits: limits, clock: clock)
            // pytest's cache is where pytest left it.
            return try await runSuite(sync, helper: helper, nil, gathered, clock: clock, remembers: false)
        }
    }

    private func runSuite(
        _ sync: ProjectSync,
        helper: GuestHelper,
        _ waiting: WaitingPytest?,
        _ gathered: RunReport,
        clock: StageClock,
        remembers: Bool,
    ) async throws -> Int32 {
        let suite = suite(in: sync.destination)
        let memory = PytestMemory(project: project, home: home, directory: sync.destination, helper: helper)
        if remembers { try await memory.restore(for: suite.user) }
        try await suite.installRecorder(helper: helper)
        try await suite.prepareReport(helper: helper)
        let code = try await clock.time(.pytest, note: { "exit \($0)" }) {
            try await suite.run(helper: helper, waiting: waiting)
        }
        if let junit { try await suite.fetchReport(to: junit, helper: helper, clock: clock) }
        try await suite.fetchRecord(into: gathered, helper: helper)
        if remembers { try await memory.keep() }
        try await sync.downloadArtifacts(helper: helper) { clock.note(.sync, $0) }
        return code
    }

    /// pytest as this run wants it, with the project in a directory of the guest.
    func suite(in directory: String) -> Suite {
        Suite(
            directory: directory,
            configuration: configuration,
            arguments: pytestArguments,
            limits: limits,
            onOutput: onOutput,
            writesJUnit: junit != nil,
            records: report != nil,
            isColoured: isColoured,
            columns: columns,
        )
    }
}
