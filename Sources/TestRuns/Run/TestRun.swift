public import CloudImages
public import GuestAccess
public import HostSupport
public import Machines
public import SystemPackage

/// One run of a project's pytest suite in a machine.
public struct TestRun: Sendable {
    /// The project's folder on the host.
    public var project: FilePath
    public var configuration: ProjectConfiguration
    /// Arguments added to the pytest command.
    public var pytestArguments: [String]
    public var accelerator: AcceleratorChoice
    /// Where pytest's JUnit XML is written on the host; nil writes none.
    public var junit: FilePath?
    public var home: QuiverHome
    public var launch: LaunchOptions
    public var limits: TestRunLimits
    /// Receives pytest's output as it comes.
    public var onOutput: OutputHandler
    /// How many machines run tests at once, where tests are isolated.
    public var parallel: Int
    /// Receives where the time of each fork went, where tests are isolated.
    public var onTiming: @Sendable (TestTiming) -> Void
    /// Whether the machine of a provisioning that fails stays, for somebody to look at it.
    public var keepsFailedBake: Bool
    /// The width of the terminal that shows the output, in columns; nil lets pytest use its own default.
    public var columns: Int?
    /// Whether pytest's output is coloured.
    public var isColoured: Bool

    public init(project: FilePath, configuration: ProjectConfiguration, home: QuiverHome = .current) {
        self.project = project.absolute
        self.configuration = configuration
        pytestArguments = []
        accelerator = .automatic
        junit = nil
        self.home = home
        launch = LaunchOptions()
        limits = TestRunLimits()
        onOutput = { _, _ in }
        parallel = 1
        onTiming = { _ in }
        keepsFailedBake = false
        columns = nil
        isColoured = false
    }

    /// Runs the suite in a machine of its own, which is gone when this returns.
    ///
    /// - Parameters:
    ///   - image: The image to start from; it is baked for the project where that has not been done.
    ///   - clock: Times the stages.
    /// - Returns: pytest's exit code. Failing tests are a result, not an error.
    public func run(image: Image, clock: StageClock) async throws -> Int32 {
        let baked = try await bake(image, clock: clock)
        let warm = WarmMachine(
            baked: baked,
            description: description,
            name: project.lastComponent?.string ?? "project",
            home: home,
            launch: launch,
            limits: limits,
            clock: clock,
        )
        let template = try await warm.obtain()
        switch configuration.isolate {
        case .none: return try await run(forking: template, clock: clock)
        case .file, .test: return try await runIsolated(from: template, clock: clock)
        }
    }

    /// Runs the whole suite in one fork of the warm machine.
    private func run(forking template: Template, clock: StageClock) async throws -> Int32 {
        try await template.withFork(named: "test", home: home) { fork in
            guard let helper = fork.helper else {
                throw TestRunError(.machineLost, "the warm machine was frozen without its helper")
            }
            let ssh = try fork.ssh(home: home)
            return try await MachineWatch(fork.machine).during {
                try await runSuite(ssh: ssh, helper: helper, clock: clock)
            }
        }
    }

    /// The image provisioned for the project: from the cache, or made now.
    public func bake(_ image: Image, clock: StageClock) async throws -> BakedImage {
        let bake = Bake(
            image: image,
            configuration: configuration,
            description: description,
            project: project,
            home: home,
            launch: launch,
            limits: limits,
            clock: clock,
            keepsFailed: keepsFailedBake,
        )
        return try await bake.obtain()
    }

    /// What the project's machine is made of, apart from its disk and seed.
    public var description: MachineDescription {
        var description = MachineDescription(
            architecture: .host,
            processorCount: configuration.cpus,
            memory: configuration.memory,
        )
        description.accelerator = accelerator
        return description
    }

    /// Runs the suite in a machine that runs already, as it is; what the tests change stays.
    public func run(in machine: Machine, clock: StageClock) async throws -> Int32 {
        try await MachineWatch(machine).during {
            let helper = try machine.helper()
            defer { helper.close() }
            _ = try await helper.hello(within: limits.ssh)
            try await GuestTools(helper: helper, limits: limits)
                .ensure(needsPytest: configuration.usesStandardPytest)
            return try await runSuite(ssh: try machine.ssh(home: home), helper: helper, clock: clock)
        }
    }

    private func runSuite(ssh: SSHEndpoint, helper: GuestHelper, clock: StageClock) async throws -> Int32 {
        try await clock.time(.ssh) { try await ssh.waitUntilReachable(within: limits.ssh, isProvisioned: true) }
        let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
        try await clock.time(.sync) { try await sync.upload() }
        let suite = Suite(run: self, folder: sync.destination)
        let code = try await clock.time(.pytest, note: { "exit \($0)" }) {
            try await suite.run(helper: helper)
        }
        if let junit { try await suite.fetchReport(to: junit, helper: helper) }
        try await sync.downloadArtifacts()
        return code
    }
}
