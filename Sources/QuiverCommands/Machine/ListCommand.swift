import ArgumentParser
import HostSupport
import Machines

/// The command `quiver ls`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the machines.",
        aliases: ["list"],
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let store = MachineStore()
        let now = WallClock.now
        let machines = store.list().map { MachineReport($0, folder: store.folder(of: $0.name), now: now) }
        try output.render(Report(machines: machines))
    }

    private struct Report: Renderable {
        let machines: [MachineReport]

        var text: String {
            guard !machines.isEmpty else { return "No machines. Make one with: quiver start NAME --image debian:12" }
            var table = TextTable(header: MachineReport.header)
            for machine in machines { table.add(machine.row) }
            let remarks = machines.compactMap { machine in
                machine.remark.flatMap { machine.state == "stopped" ? nil : "\(machine.name): \($0)" }
            }
            return ([table.text] + remarks).joined(separator: "\n")
        }

        func encode(to encoder: any Encoder) throws { try machines.encode(to: encoder) }
    }
}
