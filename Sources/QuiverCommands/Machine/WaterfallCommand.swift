import ArgumentParser
import GuestAccess
import Machines
import Quantities

/// The command `quiver waterfall`.
struct WaterfallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waterfall",
        abstract: "Show where a machine's boot time went, and how to shorten it.",
        discussion: """
            Waits until cloud-init has finished. Times are in seconds since the firmware started, or else the kernel.

              quiver waterfall vm1
            """,
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "Number of the slowest services to show.")
    var services = 8

    @Option(help: "How long to wait for the end of the boot, e.g. 10m.")
    var timeout = TimeLimitArgument(.seconds(300))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let machine = try await MachineStore().attach(to: name)
        let helper = try machine.helper()
        defer { helper.close() }
        _ = try await helper.hello(within: timeout.duration)
        _ = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: timeout.duration)
        let times = try await helper.bootTimes(within: timeout.duration, firmwareTime: machine.firmwareTime)
        await machine.disconnect()
        try output.render(WaterfallReport(name, times, services: services))
    }
}
