import HostSupport
import LibC

extension MachineStore {
    /// Shuts a machine down, or forces it off before the grace period expires, even if its monitor does not answer.
    ///
    /// Its monitor gets half of the period to answer, since another command may be using it. Without the monitor the
    /// guest cannot be asked, and QEMU is sent SIGTERM, and SIGKILL at the end.
    ///
    /// - Parameter grace: The time limit for all of this; zero kills at once.
    /// - Returns: The method that worked, how long it took and why the machine ended.
    /// - Throws: ``MachineError``: `notRunning`; `timedOut` when the process survives the kill.
    public func powerDown(_ name: String, within grace: Duration = .seconds(60)) async throws -> PowerDown {
        let start = ContinuousClock.now
        guard grace > .zero else {
            return PowerDown(rung: .kill, duration: .now - start, cause: try await kill(name))
        }
        let machine: Machine
        do {
            machine = try await attach(to: name, within: grace / 2)
        } catch let error as MachineError where error.code == .unresponsive {
            return try await terminate(name, since: start, within: grace)
        }
        let down = try await withCleanup {
            try await machine.powerDown(within: start + grace - .now)
        } cleanup: {
            await machine.disconnect()
        }
        return PowerDown(rung: down.rung, duration: .now - start, cause: down.cause)
    }

    private func terminate(
        _ name: String,
        since start: ContinuousClock.Instant,
        within grace: Duration,
    ) async throws -> PowerDown {
        let directory = directory(of: name)
        guard let process = try status(of: name).process, directory.isLocked(by: process.id) else {
            return PowerDown(rung: .terminate, duration: .now - start, cause: ExitCause(recordedIn: directory))
        }
        Machine.send(SIGTERM, to: process.processID)
        while directory.isLocked(by: process.id) {
            guard start + grace * 31 / 32 > .now else {
                return PowerDown(rung: .kill, duration: .now - start, cause: try await kill(name))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return PowerDown(rung: .terminate, duration: .now - start, cause: ExitCause(recordedIn: directory))
    }
}
