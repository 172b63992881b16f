public import QMPCore
public import Quantities
import WireJSON

extension QMPJob {
    /// Asks the job to pause; it may only reach its next pause point later.
    public func pause() async throws(QMPError) { try await execute("job-pause", forMigration: "migrate-pause") }

    /// Resumes a job that was paused by ``pause()``.
    public func resume() async throws(QMPError) { try await execute("job-resume", forMigration: nil) }

    /// Cancels the job; it may still end successfully if it was nearly done.
    ///
    /// This abandons a mirror that is `ready`; use ``complete()`` to switch to it.
    public func cancel() async throws(QMPError) { try await execute("job-cancel", forMigration: "migrate_cancel") }

    /// Ends a job that is `ready` by switching to its result.
    public func complete() async throws(QMPError) { try await execute("job-complete", forMigration: nil) }

    /// Makes a job that is `pending` apply its changes; needed for jobs that were started with `auto-finalize` false.
    public func finalize() async throws(QMPError) { try await execute("job-finalize", forMigration: nil) }

    /// Limits how fast a block job copies, in bytes a second; zero removes the limit.
    ///
    /// - Throws: ``QMPCore/QMPError`` with QEMU's own message for a job that is not a block job or has no limit.
    public func setSpeed(_ speed: ByteCount) async throws(QMPError) {
        guard kind == .job else {
            throw QMPError(.unsupported, command: "block-job-set-speed", "\(subject) is not a block job")
        }
        _ = try await connection.execute("block-job-set-speed", ["device": .string(id), "speed": speed.json])
    }

    private func execute(_ verb: String, forMigration other: String?) async throws(QMPError) {
        switch kind {
        case .job:
            _ = try await connection.execute(verb, ["id": .string(id)])
        case .migration:
            guard let other else { throw QMPError(.unsupported, command: verb, "the migration has no such verb") }
            _ = try await connection.execute(other)
        case .deviceRemoval:
            throw QMPError(.unsupported, command: verb, "\(subject) depends on the guest")
        }
    }
}
