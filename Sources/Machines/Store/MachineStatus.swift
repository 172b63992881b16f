import HostSupport

/// What can be told of a machine without asking QEMU.
public struct MachineStatus: Sendable {
    /// Whether a machine runs, and how its last run ended otherwise.
    public enum State: String, Codable, Sendable {
        /// It is being made or started, or a command works on its disks.
        case busy
        /// Its process lives.
        case running
        /// It was never started, or ended as somebody meant it to.
        case stopped
        /// It ended otherwise; ``MachineStatus/cause`` says how.
        case crashed
        /// Its process is gone without a trace of how: the host went down, or its keeper was killed.
        case stale
    }

    /// The machine's name.
    public let name: String
    /// Whether it runs, and how its last run ended otherwise.
    public let state: State
    /// What is known of its last process; nil when it was never started.
    public let process: ProcessRecord?
    /// Why its last run ended; nil while it runs and when it never did.
    public let cause: ExitCause?
    /// What it is made of; nil when the description is missing or broken.
    public let description: MachineDescription?
}

extension MachineStore {
    /// The states of all machines, by name.
    public func list() -> [MachineStatus] { names.map { status(inFolderOf: $0) } }

    /// The state of one machine.
    /// - Throws: ``MachineError`` with code `notFound`.
    public func status(of name: String) throws(MachineError) -> MachineStatus {
        try Self.check(name: name)
        guard HostFile.isFolder(folder(of: name).path) else { throw missing(name) }
        return status(inFolderOf: name)
    }

    private func status(inFolderOf name: String) -> MachineStatus {
        let folder = folder(of: name)
        let isHeld = FileLock.isHeld(folder.lockFile)
        let record = try? MachineFile.read(ProcessRecord.self, from: folder.processFile, machine: name)
        // The keeper has the lock for a moment yet when it has written how the machine ended.
        let isRunning = record.map { folder.isLocked(by: $0.id) } == true && !HostFile.exists(folder.exitFile)
        let cause = isHeld || record == nil ? nil : ExitCause(recordedIn: folder)
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
