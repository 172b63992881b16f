import HostSupport
import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage

extension MachineStore {
    /// Attaches to a running machine that this or another process started, and disconnects from it after the body.
    ///
    /// - Parameter deadline: How long its monitor may take to answer; it serves one client at a time, so this includes
    ///   waiting for other `quiver` commands.
    /// - Throws: ``MachineError``: `notRunning` with the reason of the machine's last end, `unresponsive`; what the
    ///   body throws.
    public func withMachine<Value>(
        attachedTo name: String,
        within deadline: Duration = .seconds(10),
        _ body: (Machine) async throws -> Value,
    ) async throws -> Value {
        try await disconnecting(from: try await attach(to: name, within: deadline), body)
    }

    /// Attaches to a running machine that this or another process started.
    ///
    /// - Parameter deadline: How long its monitor may take to answer; it serves one client at a time, so this includes
    ///   waiting for other `quiver` commands.
    /// - Throws: ``MachineError``: `notRunning` with the reason of the machine's last end; `unresponsive`.
    package func attach(to name: String, within deadline: Duration = .seconds(10)) async throws -> Machine {
        try await attach(to: try status(of: name), within: deadline)
    }

    /// Attaches to the running machine of a status that was read already; see ``attach(to:within:)``.
    package func attach(to status: MachineStatus, within deadline: Duration = .seconds(10)) async throws -> Machine {
        let name = status.name
        if status.state == .busy { throw busy(name) }
        guard status.state == .running else {
            let reason = status.cause.map { "last exit: \($0)" } ?? "never started"
            throw MachineError(
                .notRunning,
                machine: name,
                "not running (\(reason)); start it with `quiver start \(name)`",
            )
        }
        guard let record = status.process, let description = status.description else {
            throw MachineError(.fileFailed, machine: name, "the description in \(directory(of: name).path) is damaged")
        }
        let directory = directory(of: name)
        var options = QMPOptions()
        options.connectDeadline = deadline
        // The socket reports its creator, which passed it to QEMU and may be gone.
        options.processID = record.processID
        do {
            let qmp = try await withDeadline(deadline, waitingFor: "the monitor of machine \(name)") { [options] in
                try await QMPConnection.connect(to: .unix(directory.monitorSocket), options: options)
            }
            try await prove(record.id, qmp, name, within: deadline)
            let machine = Machine(
                name: name,
                directory: directory,
                description: description,
                process: record,
                qmp: qmp,
                keeper: nil,
            )
            await machine.resumeIfLeftPaused()
            return machine
        } catch let error as DeadlineExceeded {
            throw silent(name, record.processID, for: deadline, cause: error)
        } catch let error as QMPError where error.code == .timedOut || error.cause is DeadlineExceeded {
            throw silent(name, record.processID, for: deadline, cause: error)
        } catch let error as QMPError {
            throw MachineError(.unresponsive, machine: name, "cannot connect to its monitor", cause: error)
        }
    }

    private func silent(_ name: String, _ process: Int32, for limit: Duration, cause: any Error) -> MachineError {
        MachineError(
            .unresponsive,
            machine: name,
            "QEMU (pid \(process)) is running but its monitor does not answer within \(limit.shortText): it is stopped "
                + "(SIGSTOP), overloaded, or another quiver command is using it; `quiver kill \(name)` ends it",
            cause: cause,
        )
    }

    /// Checks that the machine that answers is the requested one.
    private func prove(
        _ id: MachineID,
        _ qmp: QMPConnection,
        _ name: String,
        within deadline: Duration,
    ) async throws {
        guard MachineID(try await qmp.execute(QueryUUID(), deadline: deadline).uuid) == id else {
            await qmp.close()
            throw MachineError(.unresponsive, machine: name, "another machine answers on its monitor")
        }
    }
}
