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
}
