public import QMPCore
import Synchronization
public import WireJSON

/// Executes commands without a socket, a thread or a QEMU: for tests of code that takes any executor.
///
///     let qemu = FakeExecutor()
///     qemu.reply(to: "query-status", with: ["running": true, "status": "running"])
///     let status = try await qemu.queryStatus()
///
/// A command without a reply is refused, as QEMU refuses unknown ones. For what happens on the
/// wire, such as deadlines and broken connections, use ``FakeQEMU``.
public final class FakeExecutor: QMPExecutor, QMPEventSource {
    /// Answers a command with its return value, or throws what QEMU would refuse it with.
    public typealias Handler = @Sendable (_ arguments: JSONObject) async throws(QMPError) -> JSON

    private struct State {
        var handlers: [String: Handler] = [:]
        var executed: [(name: String, arguments: JSONObject)] = []
        var subscribers: [AsyncStream<QMPEventItem>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Creates an executor that refuses every command until it is told otherwise.
    public init() {}

    /// The commands that were executed, in order.
    public var executed: [(name: String, arguments: JSONObject)] { state.withLock { $0.executed } }

    /// Answers every command of that name with the value.
    public func reply(to name: String, with value: JSON = [:]) {
        handle(name) { _ in value }
    }

    /// Refuses every command of that name, as QEMU does.
    public func refuse(_ name: String, errorClass: String = "GenericError", _ description: String) {
        handle(name) { _ throws(QMPError) in
            throw QMPError(.commandFailed, command: name, errorClass: errorClass, description)
        }
    }

    /// Answers commands of that name by what the handler says.
    public func handle(_ name: String, _ handler: @escaping Handler) {
        state.withLock { $0.handlers[name] = handler }
    }

    /// Sends an event to every subscriber.
    public func send(event name: String, _ data: JSONObject = [:]) {
        let event = QMPEvent(name: name, data: data)
        for subscriber in state.withLock({ $0.subscribers }) { subscriber.yield(.event(event)) }
    }

    /// Ends the events of every subscriber, as the end of a connection does.
    public func endEvents() {
        let subscribers = state.withLock { state in
            defer { state.subscribers = [] }
            return state.subscribers
        }
        for subscriber in subscribers { subscriber.finish() }
    }

    /// Notes the command and answers it as its handler says.
    ///
    /// - Throws: ``QMPCore/QMPError``: what the handler throws; `commandFailed` with class `CommandNotFound` for want of one;
    ///   `undecodableReply` when the answer does not have the shape of the command's reply.
    public func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        let reply = try await execute(Command.name, command.arguments)
        do {
            return try Command.Reply(json: reply)
        } catch {
            throw QMPError(.undecodableReply, command: Command.name, "\(error)", cause: error)
        }
    }

    /// Notes the command and answers it as its handler says.
    ///
    /// - Throws: ``QMPCore/QMPError``: what the handler throws; `commandFailed` with class `CommandNotFound` for want of one.
    public func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        let handler = state.withLock { state in
            state.executed.append((name, arguments))
            return state.handlers[name]
        }
        guard let handler else {
            let text = "The command \(name) has not been found"
            throw QMPError(.commandFailed, command: name, errorClass: "CommandNotFound", text)
        }
        return try await handler(arguments)
    }

    /// Subscribes to the events that are sent from now on; none is dropped.
    public func eventItems() -> FakeEvents {
        let (stream, continuation) = AsyncStream.makeStream(of: QMPEventItem.self)
        state.withLock { $0.subscribers.append(continuation) }
        return FakeEvents(stream)
    }
}
