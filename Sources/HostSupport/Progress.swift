import Quantities

/// A progress update of long work.
public struct ProgressUpdate: Sendable, Hashable {
    /// What is being done, as in `debian-12-generic-amd64.qcow2`.
    public let task: String
    /// How much is done, in bytes or steps; nil if unknown.
    public let completed: UInt64?
    /// The total, in the unit of ``completed``; nil if unknown.
    public let total: UInt64?
    /// Whether the amounts are bytes; otherwise they are steps.
    public let isBytes: Bool

    /// Creates an update; without amounts it only says what is being done.
    public init(_ task: String, completed: UInt64? = nil, total: UInt64? = nil, isBytes: Bool = false) {
        self.task = task
        self.completed = completed
        self.total = total
        self.isBytes = isBytes
    }
}

/// Receives the progress of long work, from any thread, in order.
public typealias ProgressHandler = @Sendable (ProgressUpdate) -> Void
