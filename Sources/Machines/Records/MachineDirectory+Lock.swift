import HostSupport

extension MachineDirectory {
    /// Takes the machine's lock; nil if another process has it.
    ///
    /// A process that only checks whether it is held takes it for an instant, and so does the keeper of a machine that
    /// just ended: a single refusal proves nothing.
    func takeLock() async throws -> FileLock? {
        for _ in 0..<10 {
            if let lock = try FileLock.take(lockFile) { return lock }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// Whether the run of the machine with this identity holds the lock: only then does the recorded process belong to
    /// it.
    ///
    /// It is not enough that the lock is held: after a crash of the host, the record of the last run still exists while
    /// a command works on the machine's disks.
    func isLocked(by id: MachineID) -> Bool {
        FileLock.isHeld(lockFile) && FileLock.note(in: lockFile) == id.rawValue
    }
}
