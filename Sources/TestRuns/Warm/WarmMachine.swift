import Digests
import Forks
import GuestAccess
import HostSupport
import Machines
import Provisioning
import Quantities
import SystemPackage

/// The template that runs continue from: a baked image's machine, booted once and frozen when it was ready and had the
/// project.
struct WarmMachine {
    let baked: BakedImage
    /// The project whose copy is in the guest when it is frozen.
    let project: FilePath
    let configuration: ProjectConfiguration
    /// The configuration of the machine, apart from its disk and seed.
    let description: MachineDescription
    /// The template's name.
    let name: String
    let home: QuiverHome
    let launch: LaunchOptions
    let limits: TestRunLimits
    let clock: StageClock

    /// The space that templates may use before the least recently used ones are removed.
    private static let kept = ByteCount.gibibytes(10)
    /// The time without use after which a template is always removed: thirty days.
    private static let age = Duration.seconds(30 * 86_400)

    /// The template: a stored one if nothing that it depends on has changed, otherwise made now.
    ///
    /// If two runs need the same one at the same time, it is made once: the second waits for the first.
    func obtain() async throws -> Template {
        let store = TemplateStore(home: home)
        // What cannot be removed now is removed by the next run.
        _ = try? store.prune(keeping: Self.kept, unusedFor: Self.age)
        let content = content()
        let ingredients = try await store.ingredients(content, for: usual(), options: launch)
        if case .found(let template) = await store.find(name, ingredients) {
            return try await clock.time(.boot, note: { _ in "warm" }) { template }
        }
        let target = store.directory(of: name, ingredients)
        try store.checkSpace(for: description, named: name)
        let lock = try await FileLock.acquire(FilePath("\(target).lock"), within: limits.wholeBoot)
        defer { extendLifetime(lock) }
        let reasons: [String]
        switch await store.find(name, ingredients) {
        case .found(let template): return template
        case .none: reasons = []
        case .stale(let differences): reasons = differences
        }
        try Directory.removeTree(target)
        let note = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        return try await make(target, content, note)
    }

    private func content() -> TemplateIngredients {
        var content = TemplateIngredients()
        content.set("bake", baked.directory.lastComponent?.string ?? "", change: "the baked image changed")
        let helper = FileDigest.sha256(of: Array(HelperInstallation.source.utf8))
        content.set("helper", helper, change: "Quiver's helper for guests was updated")
        let ahead = FileDigest.sha256(of: Array(PytestAhead.source.utf8))
        content.set("pytest ahead", ahead, change: "Quiver's preparation of pytest was updated")
        return content
    }

    private var hasNetwork: Bool { configuration.network != .none }

    /// The description with the baked image's additions, without creating a machine's files.
    private func usual() -> MachineDescription {
        var description = description
        description.drives = [Drive(id: "disk0", file: baked.disk, cache: .unsafe), .seed(baked.seed)]
        description.addUsualDevices(hasNetwork: hasNetwork)
        return description
    }

    /// - Parameter note: Why it is made again, if there was one before.
    private func make(_ target: FilePath, _ content: TemplateIngredients, _ note: String?) async throws -> Template {
        let boot = clock.begin(.boot)
        return try await withMachine(
            named: "warm",
            home: home,
            options: launch,
            describe: { directory in
                var prepared = try baked.prepare(description, in: directory, hasNetwork: hasNetwork)
                prepared.memoryBacking = .sharedFile(directory.path.appending("memory"))
                return prepared
            },
        ) { machine in
            let watch = MachineWatch(machine)
            let helper = try await watch.helper()
            defer { helper.close() }
            let sync = ProjectSync(
                project: project,
                configuration: configuration,
                ssh: try machine.sshIfConnected(home: home)
            )
            let channel = try await watch.during {
                try machine.socket(of: .pytest).map { try PluginChannel(socket: $0) }
            }
            // Open until the machine is frozen: a pytest without a host connection would poll for one.
            defer { channel?.close() }
            let freeze = try await watch.during {
                let readiness = GuestReadiness(helper: helper, machine: machine, limits: limits)
                try await readiness.waitForHelper()
                clock.end(boot, note: note)
                let status = try await clock.time(.cloudInit) { try await readiness.waitForCloudInit() }
                guard status.state != .error else {
                    throw TestRunError(.bakeFailed, "cloud-init failed: \(GuestReadiness.explain(status))")
                }
                if sync.ssh != nil { _ = try await helper.wait(for: GuestMilestone.sshListens, within: limits.ssh) }
                // Listed before it is copied, so that the first run finds what changes meanwhile.
                let listing = try await ProjectListing(project, selection: sync.selection)
                try await sync.update(since: sync.initialListing, helper: helper, limits: limits, clock: clock)
                let freeze = clock.begin(.freeze)
                let ahead = try await loadPytest(helper, channel)
                // Every fork starts with a fix-up: after this, the code for it is already in memory.
                try await helper.fixUp(GuestFixUp(), within: limits.boot)
                try await helper.quiesce(within: limits.boot)
                listing?.write(in: machine.directory.path)
                try ahead?.write(in: machine.directory.path)
                return freeze
            }
            let template = try await machine.freeze(
                to: target,
                name: name,
                ingredients: content,
                helper: helper,
                keepsDigests: true,
                notes: [ProjectListing.fileName, PytestAhead.fileName],
            )
            clock.end(freeze)
            return template
        }
    }

    /// Loads pytest ahead, if the project runs it in a way that allows this.
    private func loadPytest(_ helper: GuestHelper, _ channel: PluginChannel?) async throws -> PytestAhead? {
        guard let channel, PytestAhead.arguments(of: configuration.pytest) != nil else { return nil }
        return try await PytestAhead.start(helper: helper, channel: channel, within: limits.pytestAhead)
    }
}
