/// Machines as `quiver ls` and `quiver fork` print them.
struct MachineTable: Renderable {
    let machines: [MachineReport]

    var text: String {
        guard !machines.isEmpty else { return "No machines. Create one with: quiver start NAME --image debian:12" }
        var table = TextTable(header: MachineReport.header)
        for machine in machines { table.add(machine.row) }
        let remarks = machines.compactMap { machine in
            machine.remark.flatMap { machine.state == "stopped" ? nil : "\(machine.name): \($0)" }
        }
        return ([table.text] + remarks).joined(separator: "\n")
    }

    func encode(to encoder: any Encoder) throws { try machines.encode(to: encoder) }
}
