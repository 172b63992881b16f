import Forks
import GuestAccess
import HostSupport
import Machines
import PluginProtocol
import SystemPackage
import WireJSON

extension TestRun {
    /// Runs the suite in forks of a machine that is frozen when pytest has collected it.
    func runIsolated(from warm: Template, _ gathered: RunReport, clock: StageClock) async throws -> Int32 {
        let scratch = try TemplateStore(home: home).scratchDirectory()
        let patience = PytestPatience(limit: limits.pytest)
        return try await withCleanup {
            let prepared = try await prepare(from: warm, scratch: scratch, patience, gathered, clock: clock)
            switch prepared {
            case .ended(let status): return status
            case .frozen(let frozen):
                return try await patience.wait("pytest to run the tests") {
                    try await runForks(of: frozen, gathered, clock: clock)
                }
            }
        } cleanup: {
            try? Directory.removeTree(scratch)
        }
    }

    private enum Prepared: Sendable {
        /// pytest exited: nothing was collected, or something could not be collected.
        case ended(Int32)
        case frozen(Frozen)
    }

    private struct Frozen: Sendable {
        let template: Template
        let suite: CollectedSuite
        let command: Int
        let directory: String
    }

    /// Copies the project into a fork, makes pytest collect it, and freezes the fork there.
    private func prepare(
        from warm: Template,
        scratch: FilePath,
        _ patience: PytestPatience,
        _ gathered: RunReport,
        clock: StageClock,
    ) async throws -> Prepared {
        let options = ForkOptions(memory: .copied, channels: [.pytest])
        return try await warm.withFork(named: "collector", home: home, options: options) { fork in
            let access = try fork.pytestAccess()
            let helper = access.helper
            // Open until the machine is frozen: a pytest without a host connection would poll for one.
            defer { access.channel.close() }
            let waiting = WaitingPytest(in: fork, helper: helper, channel: access.channel)
            let ssh = try fork.sshIfConnected(home: home)
            let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
            let suite = suite(in: sync.destination)
            let started = try await MachineWatch(fork.machine).during {
                let listing = ProjectListing.read(in: warm.directory)
                try await sync.update(since: listing, helper: helper, limits: limits, clock: clock)
                try await memory(in: sync.destination, helper).restore(for: suite.user)
                return try await clock.time(.collect) {
                    try await patience.wait("pytest to collect the tests") {
                        try await collect(suite, access, waiting)
                    }
                }
            }
            switch started {
            case .ended(let status):
                if let junit { try await suite.fetchReport(to: junit, helper: helper, clock: clock) }
                try await suite.fetchRecord(into: gathered, helper: helper)
                return .ended(status)
            case .collected(let collected, let command):
                try fork.keepLogin()
                let template = try await fork.machine.freeze(
                    to: scratch,
                    name: "collected",
                    ingredients: TemplateIngredients(),
                    helper: helper,
                    keepsDigests: false,
                )
                PlantedTrap.reach("template frozen")
                return .frozen(
                    Frozen(template: template, suite: collected, command: command, directory: sync.destination)
                )
            }
        }
    }

    private func memory(in directory: String, _ helper: GuestHelper) -> PytestMemory {
        PytestMemory(project: project, home: home, directory: directory, helper: helper)
    }

    private enum Started: Sendable {
        case ended(Int32)
        case collected(CollectedSuite, command: Int)
    }

    /// Starts pytest and waits until it has collected, or has ended.
    private func collect(_ suite: Suite, _ access: Fork.PytestAccess, _ waiting: WaitingPytest?) async throws -> Started
    {
        let (helper, channel) = (access.helper, access.channel)
        try await suite.installRecorder(helper: helper)
        try await suite.prepareReport(helper: helper)
        let installed = try await helper.collect(PytestPlugin.installation(user: suite.user), within: limits.setup)
        guard installed.isSuccess else {
            throw TestRunError(.noPytest, "cannot write pytest's plugin in the guest: \(installed.lastWords)")
        }
        let id = try await suite.begin(helper: helper, waiting: waiting)
        let started: Started? = try await race(
            {
                while let message = await channel.next() {
                    guard message["event"] == "collected" else { continue }
                    return .collected(try CollectedSuite(json: .object(message)), command: id)
                }
                return nil
            },
            {
                let status = try await helper.answer(to: id).guestStatus("status")
                // The plugin's messages come over another channel, and may arrive a moment later.
                try await Task.sleep(for: .milliseconds(200))
                return .ended(status)
            },
        )
        guard let started else { throw CancellationError() }
        // It still ran the tests, all together.
        if case .ended(0...1) = started, !channel.hasSpoken {
            throw TestRunError(
                .noPytest,
                "pytest ran without quiver's plugin, so nothing was isolated: `\(configuration.pytest.joined(separator: " "))` "
                    + "must pass on the environment variables PYTEST_PLUGINS and PYTHONPATH, and find pytest",
            )
        }
        return started
    }

    private func runForks(of frozen: Frozen, _ gathered: RunReport, clock: StageClock) async throws -> Int32 {
        let durations = DurationKeeper(DurationRecord(project: project, home: home))
        let plan = IsolationPlan(frozen.suite, isolation: configuration.isolate, durations: durations.seconds)
        let isolated = IsolatedRun(
            template: frozen.template,
            suite: frozen.suite,
            command: frozen.command,
            plan: plan,
            parallel: parallel,
            standbys: standbys ?? parallel,
            home: home,
            limit: limits.test,
            onOutput: onOutput,
            onTiming: { timing in
                gathered.note(timing)
                onTiming(timing)
            },
            onOutcome: { item, outcome in durations.note(item.id, seconds: outcome.seconds) },
            onGroupEnd: { try await fetchArtifacts(from: $0, clock: clock) },
        )
        let status = try await clock.time(.pytest, note: { (status: Int32) in "exit \(status)" }) {
            try await isolated.run { ending in
                try await fetch(frozen, ending, gathered, clock)
                return ending.status
            }
        }
        durations.save()
        return status
    }

    /// Copies the files that pytest wrote in the coordinator's machine.
    private func fetch(
        _ frozen: Frozen,
        _ ending: IsolatedRun.Ending,
        _ gathered: RunReport,
        _ clock: StageClock,
    ) async throws {
        guard let helper = ending.coordinator.helper else { return }
        let suite = suite(in: frozen.directory)
        if let junit { try await suite.fetchReport(to: junit, helper: helper, clock: clock) }
        try await suite.fetchRecord(into: gathered, helper: helper)
        try await memory(in: frozen.directory, helper).keep()
        try await fetchArtifacts(from: ending.coordinator, clock: clock)
    }

    /// Copies back what the tests of a fork left, unless they ended the machine.
    private func fetchArtifacts(from fork: Fork, clock: StageClock) async throws {
        guard !configuration.artifacts.isEmpty, fork.machine.exitCause == nil, let helper = fork.helper else { return }
        let ssh = try fork.sshIfConnected(home: home)
        let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
        try await sync.downloadArtifacts(helper: helper) { clock.note(.sync, $0) }
    }
}
