import CloudImages
import GuestAccess
import HostSupport
import Machines
import SystemPackage

/// The machine in which an image is provisioned: boots, restarts where the guest wants them, and the way down.
struct BakeMachine {
    /// How far the provisioning came.
    enum Reached {
        /// All is done, and the guest runs.
        case ready
        /// cloud-init is done and the guest powered itself off; its tools and the project's setup are still to come.
        case poweredOff
    }

    let machine: Machine
    let configuration: ProjectConfiguration
    let project: FilePath
    let userData: String
    let home: QuiverHome
    let limits: TestRunLimits
    let onNote: @Sendable (String) -> Void

    /// Waits for cloud-init, and gives the guest its tools and the project's setup.
    ///
    /// - Parameter change: What the user-data does to the machine's power at the end of cloud-init; nil once it has.
    func provision(expecting change: PowerChange?) async throws -> Reached {
        let cloudInitIsDone = Locked(false)
        do {
            try await MachineWatch(machine).during {
                let boot = try await waitForCloudInit()
                cloudInitIsDone.withLock { $0 = true }
                switch change {
                case .powerOff, .halt: try await waitForPowerOff()
                case .reboot: try await waitForNextBoot(after: boot)
                case nil: break
                }
                try await setUp()
            }
            return .ready
        } catch let error as TestRunError where error.code == .machineLost && machine.exitCause?.kind == .guestShutdown
        {
            guard cloudInitIsDone.withLock({ $0 }) else {
                throw TestRunError(
                    .bakeFailed,
                    "the guest powered itself off before cloud-init had ended, so it is half made; "
                        + "let cloud-init do it at its end, with power_state: {mode: poweroff} in the user-data",
                )
            }
            return .poweredOff
        }
    }

    /// Shuts the guest down, so that all it wrote is on its disk.
    func shutDown() async throws {
        let end = try await machine.powerDown(within: limits.powerDown)
        guard end.rung == .powerButton || end.rung == .guestAgent else {
            throw TestRunError(.bakeFailed, "the guest did not shut itself down after provisioning: \(end)")
        }
    }

    /// Waits until cloud-init has ended well, over the restarts that it or the user's commands may want on the way.
    ///
    /// - Returns: The kernel's id of the boot in which it did.
    @discardableResult
    private func waitForCloudInit() async throws -> String {
        let boot = Locked("")
        for _ in 0...Self.mostRestarts {
            let isRestarted = try await machine.untilRestart {
                try await waitForCloudInitInThisBoot { id in boot.withLock { $0 = id } }
            }
            if !isRestarted { return boot.withLock { $0 } }
            onNote("the guest restarts itself before cloud-init has ended")
        }
        throw TestRunError(.bakeFailed, "the guest restarts itself again and again, and cloud-init never ends")
    }

    /// How often a guest may restart before cloud-init has ended; firmware and boot loaders may do so too.
    private static let mostRestarts = 5

    /// - Parameter onBoot: Told the boot's id as soon as it is known: what is asked after cloud-init's end may come too late
    ///   for a guest that restarts then.
    private func waitForCloudInitInThisBoot(onBoot: @escaping @Sendable (String) -> Void) async throws {
        let helper = try machine.helper()
        defer { helper.close() }
        let readiness = GuestReadiness(
            helper: helper,
            machine: machine,
            limits: limits,
            onNote: onNote,
            onBoot: onBoot,
            packages: packages,
        )
        let status = try await readiness.waitForCloudInit()
        guard status.state != .error else {
            throw TestRunError(.bakeFailed, "cloud-init failed: \(GuestReadiness.explain(status))")
        }
        for problem in status.problems { onNote("cloud-init: \(problem)") }
    }

    /// The packages that cloud-init installs, for messages; a user-data of another form does not show them.
    private var packages: [String] {
        if !configuration.packages.isEmpty { return configuration.packages }
        return userData.contains("\npackages:") ? ["the user-data's packages"] : []
    }

    // MARK: Restarts

    private func waitForPowerOff() async throws {
        try await Task.sleep(for: limits.boot)
        throw TestRunError(.bakeFailed, "the guest did not power itself off, as its user-data's power_state says")
    }

    /// Waits until the guest has restarted and cloud-init has ended again, which finds little to do.
    private func waitForNextBoot(after boot: String) async throws {
        onNote("the guest restarts itself")
        do {
            try await withDeadline(limits.boot, waitingFor: "the guest to restart itself") {
                while try await currentBoot() == boot { try await Task.sleep(for: .seconds(1)) }
            }
        } catch let error as DeadlineExceeded {
            throw TestRunError(.bakeFailed, "\(error)", cause: error)
        }
        try await waitForCloudInit()
    }

    /// The boot that answers now, over a connection of its own: what a helper is asked while it ends gets no answer.
    private func currentBoot() async throws -> String {
        while true {
            let helper = try machine.helper()
            defer { helper.close() }
            do {
                return try await helper.hello(within: .seconds(5)).bootID
            } catch let error as GuestAccessError where error.code == .timedOut {
                continue
            }
        }
    }

    // MARK: The project's part

    private func setUp() async throws {
        try await withTools { try await $0.ensure(needsPytest: configuration.usesStandardPytest) }
        guard !configuration.setup.isEmpty else { return }
        let ssh = try machine.ssh(home: home)
        try await ssh.waitUntilReachable(within: limits.ssh, isProvisioned: true)
        let sync = ProjectSync(project: project, configuration: configuration, ssh: ssh)
        try await sync.upload()
        for line in configuration.setup {
            let isRestarted = try await machine.untilRestart {
                try await withTools { tools in
                    try await tools.run(setup: line, in: sync.destination)
                    guard try await tools.isGoingDown() else { return }
                    try await Task.sleep(for: limits.boot)
                    throw TestRunError(.bakeFailed, "setup command \"\(line)\": the guest goes down and does not end")
                }
            }
            guard isRestarted else { continue }
            onNote("setup command \"\(line)\" restarted the guest; what comes after it waits for the next boot")
            try await waitForCloudInit()
        }
    }

    private func withTools(_ body: (GuestTools) async throws -> Void) async throws {
        let helper = try machine.helper()
        defer { helper.close() }
        try await body(GuestTools(helper: helper, limits: limits))
    }
}
