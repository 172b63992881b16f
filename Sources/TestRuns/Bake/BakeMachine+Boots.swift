import CloudInit
import GuestAccess
import HostSupport
import Machines
import Quantities

/// The boots of a guest during provisioning; there may be several.
extension BakeMachine {
    /// Waits until cloud-init has finished successfully, across reboots by it or by the user's commands.
    ///
    /// - Parameter consoleFrom: The position in the console log where this boot begins.
    /// - Returns: The kernel's id of the boot in which it finished.
    @discardableResult
    func waitForCloudInit(consoleFrom start: Int64 = 0) async throws -> String {
        let boot = Locked("")
        var start = start
        for _ in 0...Self.mostRestarts {
            let isRestarted = try await machine.untilRestart { [start] in
                try await waitForCloudInitInThisBoot(consoleFrom: start) { id in boot.withLock { $0 = id } }
            }
            if !isRestarted { return boot.withLock { $0 } }
            start = consoleEnd
            onNote("the guest is rebooting before cloud-init has finished")
        }
        throw TestRunError(.bakeFailed, "the guest keeps rebooting, and cloud-init never finishes")
    }

    /// The current end of the console log, in bytes.
    var consoleEnd: Int64 { FileStamp(of: machine.directory.consoleLog)?.size ?? 0 }

    /// How often a guest may reboot before cloud-init has finished; firmware and boot loaders may reboot too.
    private static let mostRestarts = 5

    /// - Parameter onBoot: Called with the boot's id as soon as it is known: asking after cloud-init has finished may
    ///   be too late for a guest that then reboots.
    private func waitForCloudInitInThisBoot(
        consoleFrom start: Int64,
        onBoot: @escaping @Sendable (String) -> Void,
    ) async throws {
        let helper = try await MachineWatch(machine).helper()
        defer { helper.close() }
        let readiness = GuestReadiness(
            helper: helper,
            machine: machine,
            limits: limits,
            onNote: onNote,
            onBoot: onBoot,
            packages: packages,
            consoleStart: start,
        )
        let status = try await readiness.waitForCloudInit()
        guard status.state != .error else {
            throw TestRunError(.bakeFailed, "cloud-init failed: \(GuestReadiness.explain(status))")
        }
        for problem in status.explanations { onNote("cloud-init: \(problem)") }
    }

    /// The packages that cloud-init installs, for messages; not known for user-data in other formats.
    private var packages: [String] {
        if !configuration.packages.isEmpty { return configuration.packages }
        return userData.contains("\npackages:") ? ["the user-data's packages"] : []
    }

    // MARK: The end of cloud-init

    /// Waits until the guest has rebooted or halted as power_state in its user-data says, or has decided not to.
    ///
    /// When this returns, the guest is running and cloud-init has finished; a guest that powers itself off ends the
    /// wait from outside.
    func wait(for change: PowerChange, after boot: String) async throws {
        if change.isConditional, try await !isLeaving(boot) { return }
        if change.delay > .zero {
            onNote("the guest waits for \(change.delay.shortText), as power_state in its user-data says")
        }
        let limit = change.delay + limits.boot
        switch change.mode {
        case .powerOff, .halt:
            try await inTime(limit, "the guest to power itself off, as power_state in its user-data says") {
                while true { try await Task.sleep(for: .seconds(60)) }
            }
        case .reboot:
            onNote("the guest is rebooting")
            let start = Locked(consoleEnd)
            try await inTime(limit, "the guest to reboot, as power_state in its user-data says") {
                while try await currentBoot() == boot {
                    start.withLock { $0 = consoleEnd }
                    try await Task.sleep(for: .seconds(1))
                }
            }
            // cloud-init has little to do in this boot.
            try await waitForCloudInit(consoleFrom: start.withLock { $0 })
        }
    }

    private func inTime<Value: Sendable>(
        _ limit: Duration,
        _ what: String,
        _ body: @escaping @Sendable () async throws -> Value,
    ) async throws -> Value {
        do {
            return try await withDeadline(limit, waitingFor: what, body)
        } catch let error as DeadlineExceeded {
            throw TestRunError(.bakeFailed, "\(error)", cause: error)
        }
    }

    /// Waits for the decision of a guest whose power_state has a command as condition.
    private func isLeaving(_ boot: String) async throws -> Bool {
        try await inTime(limits.boot, "the guest to evaluate the condition of power_state in its user-data") {
            while true {
                switch try await decision(in: boot) {
                case .leaving: return true
                case .staying: return false
                case .pending: try await Task.sleep(for: .seconds(1))
                }
            }
        }
    }

    /// A guest that is shutting down does not answer, and one that has rebooted has decided.
    private func decision(in boot: String) async throws -> GuestTools.PowerDecision {
        let helper = try machine.helper()
        defer { helper.close() }
        do {
            guard try await helper.hello(within: .seconds(5)).bootID == boot else { return .leaving }
            return try await GuestTools(helper: helper, limits: limits).powerDecision()
        } catch let error as GuestAccessError where error.code == .timedOut {
            return .pending
        }
    }

    /// The id of the current boot, over a separate connection: a helper that is exiting does not answer.
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
}
