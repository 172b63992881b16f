import QMPCore
import WireJSON

extension QMPJob {
    /// QEMU's answer to a query.
    enum Probe {
        case goesOn(QMPJobUpdate)
        case ended(QMPJobUpdate, QMPError?)
        /// QEMU does not know it: it has ended, and only events say how.
        case unknown
    }

    /// Queries the job's status, and dismisses it if it has concluded.
    func probe(deadline: Duration) async throws(QMPError) -> Probe {
        switch kind {
        case .job: try await probeJob(deadline: deadline)
        case .migration: try await probeMigration(deadline: deadline)
        case .deviceRemoval: try await probeDevice(deadline: deadline)
        }
    }

    private func probeJob(deadline: Duration) async throws(QMPError) -> Probe {
        let jobs = try await connection.jobs(deadline: deadline)
        guard let info = jobs.first(where: { $0.id == id }) else { return .unknown }
        let update = QMPJobUpdate(status: info.status, current: info.current, total: info.total)
        switch info.status {
        case .concluded:
            do throws(QMPError) {
                _ = try await connection.execute("job-dismiss", ["id": .string(id)], deadline: deadline)
            } catch  where error.code == .commandFailed {
                // Another client of this QEMU was faster: the result is the same.
            }
            return .ended(update, info.error.map(failure))
        case .null:
            return .unknown
        default:
            return .goesOn(update)
        }
    }

    private func probeMigration(deadline: Duration) async throws(QMPError) -> Probe {
        let info = try await connection.execute("query-migrate", deadline: deadline)
        guard let status = info["status"]?.stringValue else { return .goesOn(QMPJobUpdate(status: .created)) }
        let total = Self.count(info["ram"]?["total"])
        let remaining = Self.count(info["ram"]?["remaining"])
        let update = QMPJobUpdate(
            status: QMPJobStatus(rawValue: status),
            current: total - min(remaining, total),
            total: total,
        )
        switch status {
        case "completed": return .ended(update, nil)
        case "failed": return .ended(update, failure(info["error-desc"]?.stringValue ?? "QEMU gives no reason"))
        case "cancelled": return .ended(update, failure("the migration was cancelled"))
        default: return .goesOn(update)
        }
    }

    private func probeDevice(deadline: Duration) async throws(QMPError) -> Probe {
        // The device's object is gone from the tree as soon as the guest has released it.
        do throws(QMPError) {
            _ = try await connection.execute(
                "qom-list",
                ["path": .string("/machine/peripheral/\(id)")],
                deadline: deadline,
            )
            return .goesOn(QMPJobUpdate(status: .running))
        } catch  where error.code == .commandFailed {
            return .ended(QMPJobUpdate(status: .null), nil)
        }
    }

    /// What an event says about the end; nil when it says nothing about it.
    func ending(_ event: QMPEvent) -> Result<Void, QMPError>? {
        switch event.name {
        case "BLOCK_JOB_COMPLETED": event.data["error"]?.stringValue.map { .failure(failure($0)) } ?? .success(())
        case "BLOCK_JOB_CANCELLED": .failure(failure("the job was cancelled"))
        case "DEVICE_DELETED": .success(())
        case "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR":
            .failure(failure(event.data["msg"]?.stringValue ?? "the guest refused"))
        default: nil
        }
    }

    func failure(_ text: String) -> QMPError {
        QMPError(.jobFailed, command: command, "\(subject) failed: \(text)")
    }

    private static func count(_ json: JSON?) -> UInt64 {
        json.flatMap { try? UInt64(json: $0) } ?? 0
    }
}
