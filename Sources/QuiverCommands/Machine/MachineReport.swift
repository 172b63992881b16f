import Machines
import QAPI
import Quantities
import SystemPackage

/// A machine as `quiver ls` and `quiver status` print it.
struct MachineReport: Renderable {
    let name: String
    /// running, stopped, crashed or stale.
    let state: String
    /// QEMU's run state; `unresponsive` if QEMU does not answer.
    var runState: String?
    let pid: Int32?
    let qemuVersion: String?
    let accelerator: String?
    let architecture: String?
    let cpus: Int?
    let memory: UInt64?
    let sshPort: UInt16?
    let forwards: [Forward]
    /// Seconds since it was started.
    let uptime: Double?
    let directory: String
    /// Why its last run ended, or what is wrong with it now.
    var remark: String?

    struct Forward: Encodable {
        let transport: String
        let host: String
        let hostPort: UInt16
        let guestPort: UInt16
    }

    init(_ status: MachineStatus, directory: MachineDirectory, now: Double) {
        let process = status.state == .running ? status.process : nil
        name = status.name
        state = status.state.rawValue
        pid = process?.processID
        qemuVersion = process?.version
        accelerator = process?.accelerator.rawValue
        architecture = status.description?.architecture.rawValue
        cpus = status.description?.processorCount
        memory = status.description?.memory.bytes
        sshPort = process?.forwards.first { $0.guestPort == 22 && $0.transport == .tcp }?.hostPort
        forwards = (process?.forwards ?? []).map {
            Forward(
                transport: $0.transport.rawValue,
                host: $0.hostAddress,
                hostPort: $0.hostPort,
                guestPort: $0.guestPort,
            )
        }
        uptime = process.map { max(0, now - $0.startedAt) }
        self.directory = directory.path.string
        remark =
            directory.isInterruptedFork
            ? "fork creation was interrupted; it may share its parent's identity; remove it with: quiver rm --force \(name)"
            : status.cause.map { "\($0)" }
    }

    var text: String {
        var lines = ["name         \(name)", "state        \(state)"]
        if let runState { lines.append("guest        \(runState)") }
        if let pid { lines.append("process      \(pid)") }
        if let qemuVersion { lines.append("qemu         \(qemuVersion)") }
        if let architecture { lines.append("hardware     \(architecture), \(hardware)") }
        if let accelerator { lines.append("accelerator  \(accelerator)") }
        for forward in forwards {
            lines.append(
                "forward      \(forward.transport) \(forward.host):\(forward.hostPort) -> \(forward.guestPort)"
            )
        }
        if let uptime { lines.append("up           \(Duration.seconds(uptime).shortText)") }
        lines.append("directory    \(directory)")
        if let remark { lines.append("remark       \(remark)") }
        return lines.joined(separator: "\n")
    }

    private var hardware: String {
        let processors = cpus.map { "\($0) processor\($0 == 1 ? "" : "s")" } ?? "-"
        return "\(processors), \(memory.map { ByteCount($0).description } ?? "-")"
    }

    /// The machine as a row of `quiver ls`.
    var row: [String] {
        [
            name, state, pid.map { "\($0)" } ?? "-", cpus.map { "\($0)" } ?? "-",
            memory.map { ByteCount($0).description } ?? "-", accelerator ?? "-", sshPort.map { "\($0)" } ?? "-",
            uptime.map { Duration.seconds($0).shortText } ?? "-",
        ]
    }

    static let header = ["NAME", "STATE", "PID", "CPUS", "MEMORY", "ACCEL", "SSH PORT", "UP"]
}
