import CloudInit
import GuestAccess
import HostSupport
import Machines
import SystemPackage

/// The machine in which an image is provisioned: boots, reboots of the guest, and the shutdown.
struct BakeMachine {
    /// The state that provisioning has reached.
    enum Reached {
        /// Everything is done, and the guest is running.
        case ready
        /// cloud-init has finished and the guest powered itself off; its tools and the project's setup are still
        /// missing.
        case poweredOff
    }

    let machine: Machine
    let configuration: ProjectConfiguration
    let project: FilePath
    let userData: String
    let home: QuiverHome
    let limits: TestRunLimits
    let onNote: @Sendable (String) -> Void

    /// Waits for cloud-init, then installs tools and runs the project's setup.
    ///
    /// - Parameter change: What power_state in the user-data does at the end of cloud-init; nil once it is done.
    func provision(expecting change: PowerChange?) async throws -> Reached {
        let cloudInitIsDone = Locked(false)
        do {
            try await MachineWatch(machine).during {
                let boot = try await waitForCloudInit()
                cloudInitIsDone.withLock { $0 = true }
                if let change { try await wait(for: change, after: boot) }
                try await setUp()
            }
            return .ready
        } catch let error as TestRunError where error.code == .machineLost && machine.exitCause?.kind == .guestShutdown
        {
            guard cloudInitIsDone.withLock({ $0 }) else {
                throw TestRunError(
                    .bakeFailed,
                    "the guest powered itself off before cloud-init had finished, so the bake is incomplete; "
                        + "to power off at the end, use power_state: {mode: poweroff} in the user-data",
                )
            }
            return .poweredOff
        }
    }

    /// Shuts the guest down, so that everything is written to its disk.
    func shutDown() async throws {
        let end = try await machine.powerDown(within: limits.powerDown)
        guard end.rung.asksGuest else {
            throw TestRunError(.bakeFailed, "the guest did not shut down after provisioning: \(end)")
        }
    }

    private func setUp() async throws {
        try await withTools { try await $0.ensure(needsPytest: configuration.usesStandardPytest) }
        guard !configuration.setup.isEmpty else { return }
        let sync = ProjectSync(
            project: project,
            configuration: configuration,
            ssh: try machine.sshIfConnected(home: home)
        )
        try await withTools { try await sync.upload(helper: $0.helper) }
        for line in configuration.setup {
            let isRestarted = try await machine.untilRestart {
                try await withTools { tools in
                    try await tools.run(setup: line, in: sync.destination)
                    guard try await tools.isGoingDown() else { return }
                    try await Task.sleep(for: limits.boot)
                    throw TestRunError(
                        .bakeFailed,
                        "setup command \"\(line)\": the guest is shutting down but does not stop"
                    )
                }
            }
            guard isRestarted else { continue }
            onNote("setup command \"\(line)\" rebooted the guest; the commands after it run when it has booted again")
            try await waitForCloudInit(consoleFrom: consoleEnd)
        }
    }

    func withTools(_ body: (GuestTools) async throws -> Void) async throws {
        let helper = try await MachineWatch(machine).helper()
        defer { helper.close() }
        try await body(GuestTools(helper: helper, limits: limits))
    }
}
