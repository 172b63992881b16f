/// The status of a job; an open set, since QEMU adds values.
public struct QMPJobStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// QEMU's name, as in `running`.
    public let rawValue: String

    /// Creates the status of this name, which need not be one of those below.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The job has not started.
    public static let created = Self(rawValue: "created")
    /// The job is at work.
    public static let running = Self(rawValue: "running")
    /// The job is paused, and was at work before.
    public static let paused = Self(rawValue: "paused")
    /// The job can be completed.
    public static let ready = Self(rawValue: "ready")
    /// The job is paused, and was ready before.
    public static let standby = Self(rawValue: "standby")
    /// The job has done its part and waits for others of its transaction.
    public static let waiting = Self(rawValue: "waiting")
    /// The job waits for ``QMPJob/finalize()``.
    public static let pending = Self(rawValue: "pending")
    /// The job has failed or was cancelled, and is cleaning up.
    public static let aborting = Self(rawValue: "aborting")
    /// The job has ended and can still be asked for its error.
    public static let concluded = Self(rawValue: "concluded")
    /// The job is gone.
    public static let null = Self(rawValue: "null")

    /// QEMU's name, as in `running`.
    public var description: String { rawValue }
}

/// A progress update of a job.
public struct QMPJobUpdate: Sendable, Hashable {
    /// The job's status; for a migration its own, as in `active`.
    public let status: QMPJobStatus
    /// The part that is done, in a unit that only QEMU knows.
    public let current: UInt64
    /// The current estimate of the total; it may grow.
    public let total: UInt64

    /// Creates an update; the parameters are its properties.
    public init(status: QMPJobStatus, current: UInt64 = 0, total: UInt64 = 0) {
        self.status = status
        self.current = current
        self.total = total
    }
}
