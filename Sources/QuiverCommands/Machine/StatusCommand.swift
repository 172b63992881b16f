import ArgumentParser
import Machines

/// The command `quiver status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell how a machine is.",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "How long QEMU may take to answer.")
    var timeout = DurationArgument(.seconds(3))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore()
        let status = try store.status(of: name)
        var report = MachineReport(status, folder: store.folder(of: name), now: WallClock.now)
        if status.state == .running { await ask(store, &report) }
        try output.render(report)
    }

    /// Adds what only QEMU can tell; a QEMU that does not answer is a finding, not a failure.
    private func ask(_ store: MachineStore, _ report: inout MachineReport) async {
        do {
            let machine = try await store.attach(to: name, within: timeout.duration)
            let state = try await machine.status()
            report.runState = state.rawValue
            if !state.isRunning {
                let problems = try await machine.driveProblems()
                if !problems.isEmpty { report.remark = problems.map(\.description).joined(separator: "; ") }
            }
            await machine.disconnect()
        } catch {
            report.runState = "unresponsive"
            report.remark = "\(error)"
        }
    }
}
