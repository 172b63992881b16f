import HostSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension MachineStore {
    /// Ends a machine's process by SIGKILL without asking its monitor, and waits until it is gone.
    ///
    /// - Throws: ``MachineError``: `notRunning`; `timedOut` when the process does not go within `limit`.
    public func kill(_ name: String, within limit: Duration = .seconds(10)) async throws -> ExitCause {
        let status = try status(of: name)
        let folder = folder(of: name)
        guard status.state == .running, let process = status.process else {
            throw status.state == .busy ? busy(name) : MachineError(.notRunning, machine: name, "it does not run")
        }
        // The lock that makes it `running` is QEMU's own, so the recorded process id is still QEMU's.
        Machine.send(SIGKILL, to: process.processID)
        return try await withDeadline(limit, waitingFor: "process \(process.processID) of machine \(name) to go") {
            while FileLock.isHeld(folder.lockFile) { try await Task.sleep(for: .milliseconds(5)) }
            return ExitCause(recordedIn: folder)
        }
    }
}
