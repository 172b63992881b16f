import ArgumentParser
import Machines
import Quantities

/// The command `quiver stop`.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Power a machine down: gently at first, by force before the grace period ends.",
    )

    @Argument(help: "The machine's name.")
    var name: String

    @Option(help: "How long it may take, from the power button to SIGKILL.")
    var grace = DurationArgument(.seconds(60))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let down = try await MachineStore().powerDown(name, within: grace.duration)
        try output.render(PowerDownReport(name: name, down))
    }
}

/// How a machine was powered down, as `quiver stop` prints it.
struct PowerDownReport: Renderable {
    let name: String
    let rung: String
    let seconds: Double
    let cause: ExitCause
    let text: String

    init(name: String, _ down: PowerDown) {
        self.name = name
        rung = down.rung.rawValue
        seconds = down.duration.seconds
        cause = down.cause
        text = "\(name): \(down)"
    }

    private enum CodingKeys: String, CodingKey {
        case name, rung, seconds, cause
    }
}
