/// The status of a job; an open set, since QEMU adds values.
public struct QMPJobStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public static let created = Self(rawValue: "created")
    public static let running = Self(rawValue: "running")
    public static let paused = Self(rawValue: "paused")
    /// The job can be completed.
    public static let ready = Self(rawValue: "ready")
    public static let standby = Self(rawValue: "standby")
    public static let waiting = Self(rawValue: "waiting")
    /// The job waits for ``QMPJob/finalize()``.
    public static let pending = Self(rawValue: "pending")
    public static let aborting = Self(rawValue: "aborting")
    /// The job has ended and can still be asked for its error.
    public static let concluded = Self(rawValue: "concluded")
    /// The job is gone.
    public static let null = Self(rawValue: "null")

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

    public init(status: QMPJobStatus, current: UInt64 = 0, total: UInt64 = 0) {
        self.status = status
        self.current = current
        self.total = total
    }
}
