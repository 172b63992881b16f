import HostSupport
public import QMPCore
import WireJSON

/// Something that QEMU continues after a command has returned: a job, a migration, the removal of a device.
///
/// QEMU reports it by replies, by events in any order, and by queries. Here, events only trigger a query, whose answer
/// counts, so lost events do no harm.
public final class QMPJob: Sendable {
    /// The kind of operation, and how it is queried.
    public enum Kind: Sendable, Hashable {
        /// A job in QEMU's list of jobs: `snapshot-save`, `blockdev-create`, block jobs.
        case job
        /// The migration, outgoing or incoming; QEMU has one at a time.
        case migration
        /// The removal of a device, which the guest has to release.
        case deviceRemoval
    }

    /// What is being done, and how it is asked for.
    public let kind: Kind
    /// The job's or the device's id; `migration` for the migration.
    public let id: String
    /// The command that started it; nil for an adopted one.
    public let command: String?
    let connection: QMPConnection
    /// Subscribed before the command was sent.
    let events: Locked<QMPEvents?>
    let outcome = Locked<Result<Void, QMPError>?>(nil)

    init(kind: Kind, id: String, command: String?, connection: QMPConnection, events: QMPEvents) {
        self.kind = kind
        self.id = id
        self.command = command
        self.connection = connection
        self.events = Locked(events)
    }

    /// Waits until it ends.
    ///
    /// - Parameter deadline: The time limit; the job continues in QEMU when it expires, or when the task is cancelled.
    /// - Throws: ``QMPCore/QMPError``: `jobFailed` with QEMU's own text, `timedOut`, `cancelled`, or what ended the connection.
    public func wait(deadline: Duration = .seconds(600)) async throws(QMPError) {
        for try await _ in updates(deadline: deadline) {}
    }

    /// Follows the job to its end, one element for every change; for one consumer.
    ///
    /// The sequence throws ``QMPCore/QMPError`` with code `jobFailed` if the job ends with an error. The error of a
    /// concluded job is queried, then the job is dismissed.
    /// - Parameter deadline: How long to follow.
    /// - Parameter interval: How often to query the progress, for which there are no events.
    public func updates(deadline: Duration = .seconds(600), interval: Duration = .milliseconds(250)) -> QMPJobUpdates {
        // The first consumer gets the events that came before the reply; a later one begins with a query.
        let first = events.withLock { events in
            defer { events = nil }
            return events
        }
        let own = first ?? connection.events(Self.filter(kind, id: id))
        return QMPJobUpdates(job: self, events: own, deadline: deadline, interval: interval)
    }

    var subject: String {
        switch kind {
        case .job: "job \(id)"
        case .migration: "the migration"
        case .deviceRemoval: "the removal of device \(id)"
        }
    }

    static func filter(_ kind: Kind, id: String) -> QMPEventFilter {
        switch kind {
        case .job:
            .matching { event in
                switch event.name {
                case "JOB_STATUS_CHANGE": event.data["id"] == .string(id)
                case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED", "BLOCK_JOB_ERROR", "BLOCK_JOB_READY",
                    "BLOCK_JOB_PENDING":
                    event.data["device"] == .string(id) || event.data["id"] == .string(id)
                default: false
                }
            }
        case .migration:
            .named("MIGRATION", "MIGRATION_PASS")
        case .deviceRemoval:
            .matching { event in
                switch event.name {
                case "DEVICE_DELETED", "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR":
                    event.data["device"] == .string(id)
                default: false
                }
            }
        }
    }
}
