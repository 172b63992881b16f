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
    /// - Throws: ``MachineError``: `alreadyRunning` names the process that runs it, `launchFailed` has QEMU's last
    ///   lines, `acceleratorUnusable` and `missingProgram` say what is missing; what the body throws.
    public func withMachine<Value>(
        starting name: String,
        isPaused: Bool = false,
        options: LaunchOptions = LaunchOptions(),
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        try await disconnecting(from: try await start(name, isPaused: isPaused, options: options), body)
    }

    /// Runs the body, and closes the connection to the machine.
    func disconnecting<Value>(
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
}
