public import QAPI
import QMPClient
package import QMPCore
package import WireJSON

extension RunState {
    /// Whether the guest's processors are running.
    public var isRunning: Bool { self == .running }

    /// Whether QEMU refuses to resume the guest before it is reset.
    var requiresReset: Bool { self == .shutdown || self == .internalError }
}

extension Machine {
    /// The current run state, by QEMU.
    public func runState() async throws(MachineError) -> RunState {
        try await reporting { () throws(QMPError) in try await qmp.queryStatus().status }
    }

    /// Pauses the guest's processors.
    public func pause() async throws(MachineError) {
        try await reporting { () throws(QMPError) in try await qmp.stop() }
    }

    /// Resumes the guest's processors.
    public func resume() async throws(MachineError) {
        try await reporting { () throws(QMPError) in try await qmp.cont() }
    }

    /// Resets the guest, as its reset button would.
    public func reset() async throws(MachineError) {
        try await reporting { () throws(QMPError) in try await qmp.systemReset() }
    }

    /// Runs commands, and reports the failure of one as this machine's.
    package func reporting<Value>(
        _ body: () async throws(QMPError) -> Value,
    ) async throws(MachineError) -> Value {
        do {
            return try await body()
        } catch {
            throw await refusal(behind: error)
        }
    }

    /// The error of this machine behind a command's: its end, or that QEMU refused or did not answer.
    package func refusal(behind error: QMPError) async -> MachineError {
        if let ended = await ended(behind: error) { return ended }
        return self.error(error.code == .timedOut ? .unresponsive : .monitorFailed, "QEMU refused", cause: error)
    }

    /// Executes a command that QEMU's schema does not describe, as `device_add`, and reports its failure as this
    /// machine's.
    package func command(_ name: String, _ arguments: JSONObject = [:]) async throws(MachineError) -> JSON {
        try await reporting { () throws(QMPError) in try await qmp.execute(name, arguments) }
    }
}
