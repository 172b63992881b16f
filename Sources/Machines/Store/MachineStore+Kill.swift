import HostSupport
import LibC

extension MachineStore {
    /// Kills a machine's process with SIGKILL, without using its monitor, and waits until it is gone.
    ///
    /// - Throws: ``MachineError``: `notRunning`; `timedOut` if the process does not exit within `limit`.
    public func kill(_ name: String, within limit: Duration = Machine.endLimit) async throws -> ExitCause {
        let status = try status(of: name)
        let directory = directory(of: name)
        guard status.state == .running || status.state == .busy else {
            throw MachineError(.notRunning, machine: name, "not running")
        }
        // The lock that makes it `running` is QEMU's own, so the recorded process id is still QEMU's. A machine whose
        // record is damaged looks busy, and its process is found by its arguments.
        let recorded = status.state == .running ? status.process?.processID : nil
        let found =
            recorded == nil ? await QEMUProcess.ofQuiver().first { $0.directory == directory.path }?.id : recorded
        guard let process = found else { throw busy(name) }
        Machine.send(SIGKILL, to: process)
        return try await withDeadline(limit, waitingFor: "process \(process) of machine \(name) to go") {
            while FileLock.isHeld(directory.lockFile) { try await Task.sleep(for: .milliseconds(5)) }
            return ExitCause(recordedIn: directory)
        }
    }
}
