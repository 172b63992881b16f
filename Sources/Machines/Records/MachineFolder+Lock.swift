import HostSupport

extension MachineFolder {
    /// Takes the machine's lock; nil when somebody else has it.
    ///
    /// Whoever merely asks whether it is held has it for an instant, and so has the keeper of a machine that just
    /// ended: one refusal proves nothing.
    func takeLock() async throws -> FileLock? {
        for _ in 0..<10 {
            if let lock = try FileLock.take(lockFile) { return lock }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    /// Whether the run of the machine with this identity holds the lock: then its recorded process is nobody else's.
    ///
    /// That somebody holds it is not enough: after a crash of the host the record of the last run is still there while
    /// a command works on the machine's disks.
    func isLocked(by id: MachineID) -> Bool {
        FileLock.isHeld(lockFile) && FileLock.note(in: lockFile) == id.rawValue
    }
}
