import QAPI
import QMPCore

extension QMPExecutor {
    /// The forwards of all user-mode networks, with their actual ports.
    ///
    /// No QMP command returns them; a command of the human monitor prints them as a table.
    func boundForwards(machine: String) async throws(MachineError) -> [PortForward] {
        do {
            return PortForward.parse(table: try await humanMonitorCommand(commandLine: "info usernet"))
        } catch {
            throw MachineError(.monitorFailed, machine: machine, "cannot list its forwards", cause: error)
        }
    }
}

extension PortForward {
    /// Reads the rows of `info usernet` that are forwards, such as
    /// `  TCP[HOST_FORWARD]   3       127.0.0.1 39439       10.0.2.15    22     0     0`.
    static func parse(table: String) -> [PortForward] {
        table.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[0].hasSuffix("[HOST_FORWARD]"),
                let transport = Transport(rawValue: fields[0].prefix { $0 != "[" }.lowercased()),
                let hostPort = UInt16(fields[3]), let guestPort = UInt16(fields[5])
            else { return nil }
            return PortForward(
                transport: transport,
                hostAddress: String(fields[2]),
                hostPort: hostPort,
                guestPort: guestPort,
            )
        }
    }
}
