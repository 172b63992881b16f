import ArgumentParser
import CloudImages
import GuestAccess
import HostSupport
import Machines
import Quantities
import SystemPackage

/// The command `quiver start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start a machine: a new one from an image, or one that was stopped.",
        discussion: """
            The machine outlives this command. End it with `quiver stop`, remove it with `quiver rm`.
              quiver start vm1 --image debian:12 --wait ssh  make a machine
              quiver start vm1                               start it again after `quiver stop`
              quiver start vm1 --wait cloud-init             wait for one that was started
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @OptionGroup var hardware: NewMachineOptions

    @Option(help: "Start from the image that `quiver test` provisions for the project in this folder.")
    var project: String?

    @Option(help: "What to wait for: none, agent, ssh or cloud-init.")
    var wait = ReadinessArgument.none

    @Option(help: "How long to wait for it.")
    var timeout = DurationArgument(.seconds(300))

    @Option(help: "The QEMU to use: the program, its folder, or the prefix that it is installed below.")
    var qemu: String?

    @OptionGroup var diagnostics: DiagnosticOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore(logger: diagnostics.logger)
        var launch = LaunchOptions(logger: diagnostics.logger)
        launch.qemu = qemu.map { FilePath($0) }
        launch.onAccelerator = { verdict in
            guard verdict.isNew, !verdict.rejected.isEmpty else { return }
            let reasons = verdict.rejected.map { "not \($0)" }.joined(separator: "; ")
            StandardError.write("\(name) runs under \(verdict.accelerator); \(reasons)")
        }
        let machine: Machine
        if let project {
            try hardware.checkFitsProject()
            machine = try await create(in: store, options: launch) { folder in
                try await ProjectMachine(project: project, hardware: hardware, launch: launch).describe(in: folder)
            }
        } else if hardware.image != nil {
            machine = try await create(in: store, options: launch) { folder in
                try await hardware.describe(name, in: folder)
            }
        } else {
            try hardware.checkNothingIsGiven(for: name)
            machine = try await start(in: store, options: launch)
        }
        try await Readiness(machine: machine, limit: timeout.duration).wait(for: wait)
        let state = try await machine.status()
        await machine.disconnect()
        var report = MachineReport(try store.status(of: name), folder: store.folder(of: name), now: WallClock.now)
        report.runState = state.rawValue
        try output.render(report)
    }

    /// Starts a machine that exists; one that runs already is only waited for, where that was asked.
    private func start(in store: MachineStore, options: LaunchOptions) async throws -> Machine {
        do {
            return try await store.start(name, options: options)
        } catch let error as MachineError where error.code == .alreadyRunning && wait != .none {
            return try await store.attach(to: name)
        } catch let error as MachineError where error.code == .notFound {
            throw CommandFailure(
                .usage,
                "there is no machine \(name); make one with: quiver start \(name) --image debian:12",
                cause: error,
            )
        }
    }

    /// Makes a machine and starts it; one that cannot be started is not left behind.
    private func create(
        in store: MachineStore,
        options: LaunchOptions,
        describe: (MachineFolder) async throws -> MachineDescription,
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
