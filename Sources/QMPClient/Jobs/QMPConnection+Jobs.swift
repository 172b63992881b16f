public import QMPCore
public import WireJSON

extension QMPConnection {
    /// Begins a job by the command's name, with its `job-id` set to `id`.
    ///
    /// - Parameter arguments: The command's other arguments. A block job that is to be asked for its error wants
    ///   `auto-dismiss` false; `snapshot-*` and `blockdev-create` need nothing.
    /// - Throws: ``QMPError`` when QEMU refuses to begin it.
    public func startJob(
        _ command: String,
        id: String,
        _ arguments: JSONObject = [:],
    ) async throws(QMPError) -> QMPJob {
        var all = arguments
        all["job-id"] = .string(id)
        return try await start(.job, id: id, command, all)
    }

    /// Begins a job by a command that bears the job's id in its arguments.
    public func startJob(_ command: some QMPCommand, id: String) async throws(QMPError) -> QMPJob {
        try await start(.job, id: id, type(of: command).name, command.arguments)
    }

    /// Begins a job and waits for its end.
    ///
    /// - Parameter deadline: How long the job may take; it goes on in QEMU when the time runs out.
    /// - Throws: ``QMPError``: `jobFailed` with QEMU's own text, or as ``QMPJob/wait(deadline:)``.
    public func runJob(
        _ command: String,
        id: String,
        _ arguments: JSONObject = [:],
        deadline: Duration = .seconds(600),
    ) async throws(QMPError) {
        try await startJob(command, id: id, arguments).wait(deadline: deadline)
    }

    /// Begins to migrate, with events enabled.
    ///
    /// - Parameter arguments: As of the command `migrate`, as in `["uri": "file:/tmp/state"]`.
    public func startMigration(_ arguments: JSONObject) async throws(QMPError) -> QMPJob {
        try await enableMigrationEvents()
        return try await start(.migration, id: "migration", "migrate", arguments)
    }

    /// Begins to receive a migration in a QEMU that was started with `-incoming defer`.
    public func startIncomingMigration(_ arguments: JSONObject) async throws(QMPError) -> QMPJob {
        try await enableMigrationEvents()
        return try await start(.migration, id: "migration", "migrate-incoming", arguments)
    }

    /// Asks the guest to let go of a device; whoever waits for the job waits for the guest.
    public func startDeviceRemoval(id: String) async throws(QMPError) -> QMPJob {
        try await start(.deviceRemoval, id: id, "device_del", ["id": .string(id)])
    }

    /// Follows a job that somebody else began, or that was found after a reconnect.
    public func adoptJob(id: String) -> QMPJob {
        let events = events(QMPJob.filter(.job, id: id))
        return QMPJob(kind: .job, id: id, command: nil, connection: self, events: events)
    }

    /// Follows a migration that is under way, or one that a QEMU started with `-incoming` waits for.
    public func adoptMigration() -> QMPJob {
        let events = events(QMPJob.filter(.migration, id: "migration"))
        return QMPJob(kind: .migration, id: "migration", command: nil, connection: self, events: events)
    }

    /// The jobs that QEMU knows, whoever began them.
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
