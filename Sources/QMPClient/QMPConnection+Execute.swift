public import QMPCore
public import WireJSON

extension QMPConnection {
    /// Sends the command and waits for its reply, for at most ``QMPOptions/commandDeadline``.
    ///
    /// - Throws: ``QMPCore/QMPError``: `commandFailed` with QEMU's own class and text, `timedOut`, `cancelled` at once when the
    ///   task is cancelled, `connectionClosed` when it was not sent, `outcomeUnknown` when the connection ended first.
    public func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        try await execute(command, deadline: nil)
    }

    /// Sends the command and waits for its reply for at most `deadline`; nil is the connection's own deadline.
    ///
    /// - Parameter outOfBand: Whether the command overtakes those in flight.
    public func execute<Command: QMPCommand>(
        _ command: Command,
        deadline: Duration?,
        outOfBand: Bool = false,
    ) async throws(QMPError) -> Command.Reply {
        let reply = try await link.execute(
            Command.name,
            command.arguments,
            deadline: deadline,
            isOutOfBand: outOfBand,
        )
        do throws(JSONError) {
            return try Command.Reply(json: reply)
        } catch {
            throw QMPError(.undecodableReply, command: Command.name, "\(error.inside("return"))", cause: error)
        }
    }

    /// Sends a command by name, for those that the compiled schema does not know.
    public func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        try await link.execute(name, arguments, deadline: nil)
    }

    /// Sends a command by name and waits for at most `deadline`; nil is the connection's own deadline.
    ///
    /// - Parameter outOfBand: Whether the command overtakes those in flight.
    public func execute(
        _ name: String,
        _ arguments: JSONObject = [:],
        deadline: Duration? = nil,
        outOfBand: Bool = false,
    ) async throws(QMPError) -> JSON {
        try await link.execute(name, arguments, deadline: deadline, isOutOfBand: outOfBand)
    }

    /// Subscribes to events, beginning now.
    ///
    /// A command's own events can come before its reply: subscribe before executing it.
    /// - Parameter buffering: How many events are kept for a slow consumer; the oldest are dropped first, and counted.
    public func events(_ filter: QMPEventFilter = .all, buffering: Int = 1024) -> QMPEvents {
        link.subscribe(filter, capacity: buffering)
    }

    /// Subscribes to events, then executes the command: its own events are among them.
    ///
    /// - Returns: The reply, and the events from before the command on.
    public func execute(
        _ name: String,
        _ arguments: JSONObject = [:],
        deadline: Duration? = nil,
        following filter: QMPEventFilter,
        buffering: Int = 1024,
    ) async throws(QMPError) -> (reply: JSON, events: QMPEvents) {
        let events = link.subscribe(filter, capacity: buffering)
        let reply = try await link.execute(name, arguments, deadline: deadline)
        return (reply, events)
    }
}

extension QMPConnection: QMPEventSource {
    /// Subscribes to all events, beginning now; the last 1024 are kept for a slow consumer.
    public func eventItems() -> QMPEvents { events(.all) }
}
