import ArgumentParser
import Machines
import Quantities

/// The command `quiver stop`.
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Shut machines down; force them off if they are still running when the timeout expires.",
        discussion: """
            The guest's power button is pressed, and its guest agent is asked if it has one. A guest that is still \
            running near the end of the grace period is forced off: QEMU is told to quit, then killed. Several machines \
            are shut down at the same time.

            If one machine cannot be stopped, the others still are. The exit status is that of the first failure. With \
            --format json, several names give an array.

              quiver stop vm1
              quiver stop vm1 vm2 vm3 --grace 2m
            """,
    )

    @OptionGroup var machines: MachineNames

    @Option(help: "How long a machine may take to shut down before it is forced off; 0s kills it at once.")
    var grace = DurationArgument(.seconds(60))

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (names, grace, store) = (machines.each, grace.duration, MachineStore())
        var failures = FailureTally()
        var printer = ReportPrinter<PowerDownReport>(names, output: output)
        try await withThrowingTaskGroup(of: (name: String, down: Result<PowerDown, any Error>).self) { group in
            for name in names {
                group.addTask {
                    do {
                        return (name, .success(try await store.powerDown(name, within: grace)))
                    } catch {
                        return (name, .failure(error))
                    }
                }
            }
            for try await (name, down) in group {
                switch down {
                case .success(let down): try printer.print(PowerDownReport(name: name, down), of: name)
                case .failure(let error): try failures.note(error)
                }
            }
        }
        try printer.finish()
        try failures.conclude()
    }
}

/// How a machine was shut down, as `quiver stop` prints it.
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
