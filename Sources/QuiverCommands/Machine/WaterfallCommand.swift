import ArgumentParser
import GuestAccess
import Machines
import Quantities

/// The command `quiver waterfall`.
struct WaterfallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waterfall",
        abstract: "Show where the time of a machine's boot went, and how to shorten it.",
        discussion: "Waits until cloud-init has ended. Times are since the firmware began, or since the kernel did.",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "How many of the longest services to show.")
    var services = 8

    @Option(help: "How long to wait for the end of the boot.")
    var timeout = DurationArgument(.seconds(300))

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
