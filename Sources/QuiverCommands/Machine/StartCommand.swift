import ArgumentParser
import GuestAccess
import HostSupport
import Machines
import QAPI
import Quantities
import SystemPackage

/// The command `quiver start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start machines: new ones from an image, or existing ones that are stopped.",
        discussion: """
            A machine keeps running after this command has ended. Shut it down with `quiver stop`, remove it with \
            `quiver rm`. Options that describe a machine need --image or --project, which create a new one; the machine \
            keeps them when it is started again.

            Several machines are started one after another, then waited for. If one cannot be started, the others still \
            are. The exit status is that of the first failure. With --format json, several names give an array.

            Create a machine, start it again after `quiver stop`, wait for one that is running, create three:
              quiver start vm1 --image debian:12 --wait ssh
              quiver start vm1
              quiver start vm1 --wait cloud-init
              quiver start vm1 vm2 vm3 --image debian:12
            """,
    )

    @OptionGroup var machines: MachineNames

    @OptionGroup var hardware: NewMachineOptions

    @Option(help: "Create the machine from the baked image that `quiver test` uses for the project in this directory.")
    var project: String?

    @Option(help: "Wait until this is ready before the command ends.")
    var wait = ReadinessArgument.none

    @Option(help: "How long to wait (default: 5m; 30m for a guest of another architecture than the host's).")
    var timeout: TimeLimitArgument?

    @Option(help: "The QEMU to use: its program, its directory or its installation prefix (default: the one in PATH).")
    var qemu: String?

    @OptionGroup var diagnostics: DiagnosticOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if machines.each.count > 1 { try hardware.checkFitsSeveral() }
    }

    func run() async throws {
        if project != nil { try hardware.checkFitsProject() }
        let names = machines.each
        let store = MachineStore(logger: diagnostics.logger)
        var failures = FailureTally(showsCauses: diagnostics.verbose)
        var started: [Machine] = []
        for name in names {
            let machine = try await failures.attempt { try await begin(name, in: store) }
            if let machine { started.append(machine) }
        }
        var printer = ReportPrinter<MachineReport>(names, output: output, separator: "\n")
        for machine in started {
            _ = try await failures.attempt {
                try printer.print(try await report(on: machine, in: store), of: machine.name)
            }
        }
        try printer.finish()
        try failures.conclude()
    }

    private func begin(_ name: String, in store: MachineStore) async throws -> Machine {
        var launch = LaunchOptions(logger: diagnostics.logger)
        launch.qemu = qemu.map { FilePath($0) }
        launch.onAccelerator = { verdict in
            guard verdict.isNew, !verdict.rejected.isEmpty else { return }
            let reasons = verdict.rejected.map { "not \($0)" }.joined(separator: "; ")
            StandardError.write("\(name) runs under \(verdict.accelerator); \(reasons)")
        }
        if let project {
            return try await create(name, in: store, options: launch) { [launch] directory in
                try await ProjectMachine(project: project, hardware: hardware, launch: launch).describe(in: directory)
            }
        }
        if hardware.image != nil {
            return try await create(name, in: store, options: launch) { directory in
                try await hardware.describe(name, in: directory)
            }
        }
        try hardware.checkNothingIsGiven(for: name)
        return try await start(name, in: store, options: launch)
    }

    /// Waits until the machine is as ready as requested, and disconnects from it.
    private func report(on machine: Machine, in store: MachineStore) async throws -> MachineReport {
        let limit = timeout?.duration ?? machine.description.architecture.usualBootLimit
        try await Readiness(machine: machine, limit: limit).wait(for: wait)
        let state = try await machine.runState()
        await machine.disconnect()
        let (name, directory) = (machine.name, store.directory(of: machine.name))
        var report = MachineReport(try store.status(of: name), directory: directory, now: WallClock.now)
        report.runState = state.rawValue
        return report
    }

    /// Starts an existing machine; a running one is only waited for, if requested.
    private func start(_ name: String, in store: MachineStore, options: LaunchOptions) async throws -> Machine {
        do {
            return try await store.start(name, options: options)
        } catch let error as MachineError where error.code == .alreadyRunning && wait != .none {
            return try await store.attach(to: name)
        } catch let error as MachineError where error.code == .notFound {
            throw CommandFailure(
                .usage,
                "no machine \(name); create it with: quiver start \(name) --image debian:12",
                cause: error,
            )
        }
    }

    /// Creates a machine and starts it; if it cannot be started, it is removed.
    private func create(
        _ name: String,
        in store: MachineStore,
        options: LaunchOptions,
        describe: (MachineDirectory) async throws -> MachineDescription,
    ) async throws -> Machine {
        _ = try await store.create(name, describe: describe)
        do {
            return try await store.start(name, options: options)
        } catch {
            try? await store.remove(name)
            throw error
        }
    }
}
