public import QMPCore
public import Quantities
import WireJSON

extension QMPJob {
    /// Asks the job to pause; it may reach its next pause point only later.
    public func pause() async throws(QMPError) { try await execute("job-pause", forMigration: "migrate-pause") }

    /// Lets a job that was paused by ``pause()`` go on.
    public func resume() async throws(QMPError) { try await execute("job-resume", forMigration: nil) }

    /// Asks for the end of the job; it may still end successfully when it was nearly done.
    ///
    /// A mirror that is `ready` is given up by this, not switched to: use ``complete()`` for that.
    public func cancel() async throws(QMPError) { try await execute("job-cancel", forMigration: "migrate_cancel") }

    /// Ends a job that is `ready` by switching to its result.
    public func complete() async throws(QMPError) { try await execute("job-complete", forMigration: nil) }

    /// Has a job that is `pending` make its changes; needed for jobs begun with `auto-finalize` false.
    public func finalize() async throws(QMPError) { try await execute("job-finalize", forMigration: nil) }

    /// Limits how fast a block job copies, in bytes a second; zero takes the limit away.
    ///
    /// - Throws: ``QMPError`` with QEMU's own words for a job that is not a block job or knows no limit.
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
