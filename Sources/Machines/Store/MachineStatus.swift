import HostSupport

/// A machine's status, as far as it is known without asking QEMU.
public struct MachineStatus: Sendable {
    /// Whether a machine is running, and if not, how its last run ended.
    public enum State: String, Codable, Sendable {
        /// It is being created or started, or a command works on its disks.
        case busy
        /// Its process is running.
        case running
        /// It was never started, or ended as intended.
        case stopped
        /// It ended otherwise; ``MachineStatus/cause`` says how.
        case crashed
        /// Its process disappeared without recording why: the host went down, or its keeper was killed.
        case stale
    }

    /// The machine's name.
    public let name: String
    /// Whether it runs, and how its last run ended otherwise.
    public let state: State
    /// What is known about its last process; nil if it was never started.
    public let process: ProcessRecord?
    /// Why its last run ended; nil while it is running, and if it was never started.
    public let cause: ExitCause?
    /// Its configuration; nil if the description is missing or damaged.
    public let description: MachineDescription?
}

extension MachineStore {
    /// The status of all machines, by name.
    public func list() -> [MachineStatus] { names.map { status(inDirectoryOf: $0) } }

    /// The status of one machine.
    /// - Throws: ``MachineError`` with code `notFound`.
    public func status(of name: String) throws(MachineError) -> MachineStatus {
        try Self.check(name: name)
        guard HostFile.isDirectory(directory(of: name).path) else { throw missing(name) }
        return status(inDirectoryOf: name)
    }

    private func status(inDirectoryOf name: String) -> MachineStatus {
        let directory = directory(of: name)
        let isHeld = FileLock.isHeld(directory.lockFile)
        let record = try? MachineFile.read(ProcessRecord.self, from: directory.processFile, machine: name)
        // The keeper still has the lock for a moment after it has written how the machine ended.
        let isRunning = record.map { directory.isLocked(by: $0.id) } == true && !HostFile.exists(directory.exitFile)
        let cause = isHeld || record == nil ? nil : ExitCause(recordedIn: directory)
        let state: MachineStatus.State =
            switch cause {
            case _ where isRunning: .running
            case _ where isHeld: .busy
            case nil: .stopped
            case let cause?: cause.kind == .unknown ? .stale : cause.isOrderly ? .stopped : .crashed
            }
        return MachineStatus(
            name: name,
            state: state,
            process: record,
            cause: cause,
            description: try? description(of: name),
        )
    }
}
