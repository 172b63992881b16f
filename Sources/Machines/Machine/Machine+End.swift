import HostSupport
import LibC

extension Machine {
    /// Waits until the machine ends, and returns why.
    ///
    /// - Throws: `CancellationError`. A machine that crashed is a result, not an error.
    public func waitUntilEnded() async throws -> ExitCause {
        if let keeper {
            let end = try await keeper.ended()
            let events = RecordedEvent.read(directory.eventsFile)
            return ExitCause(process: end, events: events, lastWords: LastWords(ofLogAt: directory.logFile).text)
        }
        // Another process's child cannot be waited for. Its lock is released with it, but no system call waits for a
        // lock and can be cancelled.
        while directory.isLocked(by: id) {
            try await Task.sleep(for: .milliseconds(5))
        }
        return ExitCause(recordedIn: directory)
    }

    /// Why the machine ended; nil while it is running.
    public var exitCause: ExitCause? {
        if let keeper, keeper.endedAlready == nil { return nil }
        return directory.isLocked(by: id) ? nil : ExitCause(recordedIn: directory)
    }

    /// Kills the machine's process with SIGKILL and waits until it is gone.
    ///
    /// - Throws: ``MachineError`` with code `timedOut` if the process does not exit within `limit`: it hangs in the
    ///   kernel, usually while reading a broken disk.
    public func kill(within limit: Duration = Machine.endLimit) async throws -> ExitCause {
        signal(SIGKILL)
        do {
            return try await withDeadline(limit, waitingFor: "process \(process.processID) to go") {
                try await self.waitUntilEnded()
            }
        } catch let exceeded as DeadlineExceeded {
            throw error(.timedOut, "QEMU was killed but does not exit", cause: exceeded)
        }
    }

    /// How long a killed process may take to exit; the kernel first frees all of its memory.
    public static let endLimit = Duration.seconds(30)

    /// Sends a signal to QEMU: through its keeper if this process started it, otherwise by process id.
    func signal(_ number: Int32) {
        guard let keeper else {
            if directory.isLocked(by: id) { Self.send(number, to: process.processID) }
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
