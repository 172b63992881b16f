import HostSupport
import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension MachineStore {
    /// Starts a machine of this store, which outlives this process.
    ///
    /// - Parameter isPaused: Whether the guest waits for ``Machine/resume()``.
    /// - Throws: ``MachineError``: `alreadyRunning` names the process that runs it, `launchFailed` has QEMU's last
    ///   lines, `acceleratorUnusable` and `missingProgram` say what is missing.
    package func start(
        _ name: String,
        isPaused: Bool = false,
        options: LaunchOptions = LaunchOptions(),
    ) async throws -> Machine {
        var description = try description(of: name)
        if isPaused { description.startsPaused = true }
        return try await launch(name, directory(of: name), description, lifetime: .detached, options: options)
    }

    /// Starts a machine of this store, which outlives this process, and disconnects from it after the body.
    ///
    /// - Parameters:
    ///   - isPaused: Whether the guest waits for ``Machine/resume()``.
    ///   - body: Receives the machine once its monitor answers; the guest may not have booted yet.
    /// - Throws: As ``start(_:isPaused:options:)`` and the body.
    public func withMachine<Value>(
        starting name: String,
        isPaused: Bool = false,
        options: LaunchOptions = LaunchOptions(),
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        try await disconnecting(from: try await start(name, isPaused: isPaused, options: options), body)
    }

    /// Attaches to a running machine that this or another process started, and disconnects from it after the body.
    ///
    /// - Parameter deadline: How long its monitor may take to answer; it serves one client at a time, so this includes
    ///   waiting for other `quiver` commands.
    /// - Throws: ``MachineError``: `notRunning` with the reason of the machine's last end, `unresponsive`; what the
    ///   body throws.
    public func withMachine<Value>(
        attachedTo name: String,
        within deadline: Duration = .seconds(10),
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        try await disconnecting(from: try await attach(to: name, within: deadline), body)
    }

    private func disconnecting<Value>(
        from machine: Machine,
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        try await withCleanup {
            try await body(machine)
        } cleanup: {
            await machine.disconnect()
        }
    }

    func launch(
        _ name: String,
        _ directory: MachineDirectory,
        _ description: MachineDescription,
        lifetime: MachineLifetime,
        options: LaunchOptions,
    ) async throws -> Machine {
        let qemu = try QEMUInstallation.find(for: description.architecture, at: options.qemu)
        let trials = AcceleratorTrials(qemu: qemu, cache: home.cache, logger: options.logger)
        let verdict = try await trials.choose(description.accelerator, machine: name)
        options.onAccelerator(verdict)
        let launcher = MachineLauncher(
            name: name,
            directory: directory,
            description: description,
            qemu: qemu,
            accelerator: verdict.accelerator,
            lifetime: lifetime,
            deadline: options.deadline,
            logger: options.logger,
        )
        return try await launcher.launch()
    }

    /// Attaches to a running machine that this or another process started.
    ///
    /// - Parameter deadline: How long its monitor may take to answer; it serves one client at a time, so this includes
    ///   waiting for other `quiver` commands.
    /// - Throws: ``MachineError``: `notRunning` with the reason of the machine's last end; `unresponsive`.
    package func attach(to name: String, within deadline: Duration = .seconds(10)) async throws -> Machine {
        let status = try status(of: name)
        if status.state == .busy { throw busy(name) }
        guard status.state == .running else {
            let reason = status.cause.map { "last exit: \($0)" } ?? "never started"
            throw MachineError(
                .notRunning,
                machine: name,
                "not running (\(reason)); start it with `quiver start \(name)`",
            )
        }
        guard let record = status.process, let description = status.description else {
            throw MachineError(.fileFailed, machine: name, "the description in \(directory(of: name).path) is damaged")
        }
        let directory = directory(of: name)
        var options = QMPOptions()
        options.connectDeadline = deadline
        // The socket reports its creator, which passed it to QEMU and may be gone.
        options.processID = record.processID
        do {
            let qmp = try await withDeadline(deadline, waitingFor: "the monitor of machine \(name)") { [options] in
                try await QMPConnection.connect(to: .unix(directory.monitorSocket), options: options)
            }
            try await prove(record.id, qmp, name, within: deadline)
            return Machine(
                name: name,
                directory: directory,
                description: description,
                process: record,
                qmp: qmp,
                keeper: nil,
            )
        } catch let error as DeadlineExceeded {
            throw silent(name, record.processID, for: deadline, cause: error)
        } catch let error as QMPError where error.code == .timedOut || error.cause is DeadlineExceeded {
            throw silent(name, record.processID, for: deadline, cause: error)
        } catch let error as QMPError {
            throw MachineError(.unresponsive, machine: name, "cannot connect to its monitor", cause: error)
        }
    }

    private func silent(_ name: String, _ process: Int32, for limit: Duration, cause: any Error) -> MachineError {
        MachineError(
            .unresponsive,
            machine: name,
            "QEMU (pid \(process)) is running but its monitor does not answer within \(limit.shortText): it is stopped "
                + "(SIGSTOP), overloaded, or another quiver command is using it; `quiver kill \(name)` ends it",
            cause: cause,
        )
    }

    /// Checks that the machine that answers is the requested one.
    private func prove(
        _ id: MachineID,
        _ qmp: QMPConnection,
        _ name: String,
        within deadline: Duration,
    ) async throws {
        guard MachineID(try await qmp.execute(QueryUUID(), deadline: deadline).uuid) == id else {
            await qmp.close()
            throw MachineError(.unresponsive, machine: name, "another machine answers on its monitor")
        }
    }
}
