public import QMPCore
public import WireJSON

/// What can execute the guest agent's commands: its channel, or a fake in a test.
///
/// The generated methods, one for each command, hang on this protocol.
public protocol GuestAgentExecutor: Sendable {
    /// Sends the command and waits for its reply.
    func execute<Command: GuestAgentCommand>(_ command: Command) async throws(QMPError) -> Command.Reply

    /// Sends a command by name, for those that the compiled schema does not know.
    func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON
}
