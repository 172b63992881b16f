import HostSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Machine {
    /// Waits for the machine's end and says why it ended.
    ///
    /// - Throws: `CancellationError`. A machine that crashed is a result, not an error.
    public func waitUntilEnded() async throws -> ExitCause {
        if let keeper {
            let end = try await keeper.ended()
            let events = RecordedEvent.read(folder.eventsFile)
            return ExitCause(process: end, events: events, lastWords: LastWords(ofLogAt: folder.logFile).text)
        }
        // Another process's child cannot be waited for; its lock goes with it, and no call waits for a lock and can
        // still be cancelled.
        while FileLock.isHeld(folder.lockFile) {
            try await Task.sleep(for: .milliseconds(5))
        }
        return ExitCause(recordedIn: folder)
    }

    /// Why the machine ended; nil while it runs.
    public var exitCause: ExitCause? {
        if let keeper, keeper.endedAlready == nil { return nil }
        return FileLock.isHeld(folder.lockFile) ? nil : ExitCause(recordedIn: folder)
    }

    /// Ends the machine's process by SIGKILL and waits until it is gone.
    public func kill() async throws -> ExitCause {
        signal(SIGKILL)
        return try await waitUntilEnded()
    }

    /// Sends a signal to QEMU: through its parent where this process has it, otherwise by process id.
    func signal(_ number: Int32) {
        guard let keeper else {
            // The lock is QEMU's own: while it is held, the recorded process id is nobody else's.
            if FileLock.isHeld(folder.lockFile) { Self.send(number, to: process.processID) }
            return
        }
        if number == SIGKILL { keeper.kill() } else { keeper.terminate() }
    }

    static func send(_ number: Int32, to processID: Int32) {
        _ = systemKill(processID, number)
    }
}

#if canImport(Glibc)
    private let systemKill = Glibc.kill
#elseif canImport(Musl)
    private let systemKill = Musl.kill
#elseif canImport(Darwin)
    private let systemKill = Darwin.kill
#endif
