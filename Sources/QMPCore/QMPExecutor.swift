public import WireJSON

/// What can execute QMP commands: a connection, or a fake in a test.
///
/// The generated methods, one for each command, hang on this protocol.
public protocol QMPExecutor: Sendable {
    /// QEMU's greeting; nil if it is not known without asking.
    var greeting: QMPGreeting? { get }

    /// Sends the command and waits for its reply.
    func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply

    /// Sends a command by name, for those that the compiled schema does not know.
    func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON
}

extension QMPExecutor {
    /// Nil: an executor need not know what QEMU said of itself.
    public var greeting: QMPGreeting? { nil }
}

/// An executor that can give a single command its own deadline, and let it overtake others.
public protocol QMPTimedExecutor: QMPExecutor {
    /// Sends the command and waits for its reply for at most `deadline`; nil is the executor's own deadline.
    ///
    /// - Parameter outOfBand: Whether the command overtakes those in flight.
    func execute<Command: QMPCommand>(
        _ command: Command,
        deadline: Duration?,
        outOfBand: Bool,
    ) async throws(QMPError) -> Command.Reply

    /// Sends a command by name and waits for its reply for at most `deadline`; nil is the executor's own deadline.
    ///
    /// - Parameter outOfBand: Whether the command overtakes those in flight.
    func execute(
        _ name: String,
        _ arguments: JSONObject,
        deadline: Duration?,
        outOfBand: Bool,
    ) async throws(QMPError) -> JSON
}
