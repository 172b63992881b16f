import ArgumentParser
import HostSupport
import Machines
import QAPI

/// The command `quiver status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a machine's status.",
        discussion: "  quiver status vm1",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "How long to wait for QEMU's answer, e.g. 10s.")
    var timeout = TimeLimitArgument(.seconds(3))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore()
        let status = try store.status(of: name)
        var report = MachineReport(status, directory: store.directory(of: name), now: WallClock.now)
        if status.state == .running { await ask(status, store, &report) }
        try output.render(report)
    }

    /// Why a guest is stopped, with a hint; nil for a running one.
    private func remark(on state: RunState, of machine: Machine) async throws -> String? {
        switch state {
        case .ioError:
            let problems = try await machine.driveProblems().map(\.description)
            return problems.joined(separator: "; ") + "; then: quiver hmp \(name) cont"
        case .paused: return "the guest is paused; resume it with: quiver hmp \(name) cont"
        case .watchdog: return "the guest's watchdog expired; reset it with: quiver hmp \(name) system_reset"
        case .internalError:
            let failure = machine.acceleratorFailure ?? "internal error"
            return "QEMU cannot continue running the guest (\(failure)); start it again with: --accel tcg"
        case .shutdown:
            return "the guest has shut down; QEMU is still running (--no-shutdown); end it with: quiver stop \(name)"
        case .guestPanicked: return "the guest's kernel panicked; see: quiver console --log \(name)"
        default: return nil
        }
    }

    /// Adds what only QEMU knows; a QEMU that does not answer is a finding, not an error.
    private func ask(_ status: MachineStatus, _ store: MachineStore, _ report: inout MachineReport) async {
        do {
            let machine = try await store.attach(to: status, within: timeout.duration)
            let state = try await machine.runState()
            report.runState = state.rawValue
            report.remark = try await remark(on: state, of: machine) ?? report.remark
            await machine.disconnect()
        } catch {
            report.runState = "unresponsive"
            report.remark = "\(error)"
        }
    }
}
