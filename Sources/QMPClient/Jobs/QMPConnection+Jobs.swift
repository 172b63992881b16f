public import QMPCore
public import WireJSON

extension QMPConnection {
    /// Starts a job by the command's name, with its `job-id` set to `id`.
    ///
    /// - Parameter arguments: The command's other arguments. To be able to read a block job's error, set
    ///   `auto-dismiss` to false; `snapshot-*` and `blockdev-create` need nothing.
    /// - Throws: ``QMPCore/QMPError`` if QEMU refuses to start it.
    public func startJob(
        _ command: String,
        id: String,
        _ arguments: JSONObject = [:],
    ) async throws(QMPError) -> QMPJob {
        var all = arguments
        all["job-id"] = .string(id)
        return try await start(.job, id: id, command, all)
    }

    /// Starts a job by a command that has the job's id in its arguments.
    public func startJob(_ command: some QMPCommand, id: String) async throws(QMPError) -> QMPJob {
        try await start(.job, id: id, type(of: command).name, command.arguments)
    }

    /// Starts a job and waits until it ends.
    ///
    /// - Parameter deadline: The time limit; the job continues in QEMU when it expires.
    /// - Throws: ``QMPCore/QMPError``: `jobFailed` with QEMU's own text, or as ``QMPJob/wait(deadline:)``.
    public func runJob(
        _ command: String,
        id: String,
        _ arguments: JSONObject = [:],
        deadline: Duration = .seconds(600),
    ) async throws(QMPError) {
        try await startJob(command, id: id, arguments).wait(deadline: deadline)
    }

    /// Starts a migration, with events enabled.
    ///
    /// - Parameter arguments: Those of the command `migrate`, as in `["uri": "file:/tmp/state"]`.
    public func startMigration(_ arguments: JSONObject) async throws(QMPError) -> QMPJob {
        try await enableMigrationEvents()
        return try await start(.migration, id: "migration", "migrate", arguments)
    }

    /// Starts to receive a migration in a QEMU that was started with `-incoming defer`.
    public func startIncomingMigration(_ arguments: JSONObject) async throws(QMPError) -> QMPJob {
        try await enableMigrationEvents()
        return try await start(.migration, id: "migration", "migrate-incoming", arguments)
    }

    /// Asks the guest to release a device; waiting for the job means waiting for the guest.
    public func startDeviceRemoval(id: String) async throws(QMPError) -> QMPJob {
        try await start(.deviceRemoval, id: id, "device_del", ["id": .string(id)])
    }

    /// Follows a job that another client started, or that was found after a reconnect.
    public func adoptJob(id: String) -> QMPJob {
        let events = events(QMPJob.filter(.job, id: id))
        return QMPJob(kind: .job, id: id, command: nil, connection: self, events: events)
    }

    /// Follows a running migration, or one that a QEMU started with `-incoming` waits for.
    public func adoptMigration() -> QMPJob {
        let events = events(QMPJob.filter(.migration, id: "migration"))
        return QMPJob(kind: .migration, id: "migration", command: nil, connection: self, events: events)
    }

    /// The jobs that QEMU knows, including those of other clients.
    public func jobs(deadline: Duration? = nil) async throws(QMPError) -> [QMPJobInfo] {
        let reply = try await execute("query-jobs", deadline: deadline)
        do throws(JSONError) {
            return try reply.decode(as: [QMPJobInfo].self)
        } catch {
            throw QMPError(.undecodableReply, command: "query-jobs", "\(error.inside("return"))", cause: error)
        }
    }

    /// Subscribes, then sends: a job's own events can come before the reply.
    private func start(
        _ kind: QMPJob.Kind,
        id: String,
        _ command: String,
        _ arguments: JSONObject,
    ) async throws(QMPError) -> QMPJob {
        let events = events(QMPJob.filter(kind, id: id))
        _ = try await execute(command, arguments)
        return QMPJob(kind: kind, id: id, command: command, connection: self, events: events)
    }

    private func enableMigrationEvents() async throws(QMPError) {
        _ = try await execute(
            "migrate-set-capabilities",
            ["capabilities": [["capability": "events", "state": true]]],
        )
    }
}
