import WireJSON

/// The host's side of the agent's protocol, as a value: where the stream stands, and what an incoming message means.
///
/// The guest is hostile input: a message that does not fit where the stream stands is ignored, never trusted.
struct AgentSession: Sendable {
    /// What an incoming message asks for.
    enum Action: Sendable, Equatable {
        /// The stream is in step: what comes from now on answers what is sent from now on.
        case synchronised
        case reply(JSON)
        case refusal(errorClass: String, description: String)
        /// The answer cannot be read.
        case unreadable(JSONError)
        /// Nothing that anybody waits for.
        case ignore
    }

    private enum State: Equatable {
        /// What comes next may belong to something earlier.
        case outOfStep
        case synchronising(id: Int64, sawDelimiter: Bool)
        case inStep
        case awaiting(id: Int64)
    }

    private var state: State = .outOfStep
    /// Old agents do not repeat a command's id in its answer: then only the order tells.
    private(set) var echoesIDs = false

    /// Whether a command can be sent at once.
    var isInStep: Bool { state == .inStep }

    /// Whether a command was sent whose answer has not come.
    var isAwaiting: Bool { if case .awaiting = state { true } else { false } }

    /// What to send to get in step: a byte that makes the agent drop what it has half read, then a marked question.
    mutating func synchronise(id: Int64) -> [UInt8] {
        state = .synchronising(id: id, sawDelimiter: false)
        return [0xFF] + Self.message("guest-sync-delimited", ["id": .integer(id)], id: id)
    }

    /// What to send for a command; only to be called while in step.
    mutating func request(_ name: String, _ arguments: JSONObject, id: Int64) -> [UInt8] {
        state = .awaiting(id: id)
        return Self.message(name, arguments, id: id)
    }

    /// Gives up waiting: an answer that comes later must not be taken for that to a later command.
    mutating func giveUp() { state = .outOfStep }

    /// The agent sent its delimiter, which precedes the answer to the marked question.
    mutating func receivedDelimiter() {
        if case .synchronising(let id, _) = state { state = .synchronising(id: id, sawDelimiter: true) }
    }

    mutating func received(_ message: JSONObject) -> Action {
        switch state {
        case .outOfStep, .inStep, .synchronising(_, sawDelimiter: false):
            return .ignore
        case .synchronising(let id, sawDelimiter: true):
            guard message["return"] == .integer(id) else { return .ignore }
            echoesIDs = message["id"] == .integer(id)
            state = .inStep
            return .synchronised
        case .awaiting(let id):
            guard isAnswer(message, to: id) else { return .ignore }
            state = .inStep
            if let value = message["return"] { return .reply(value) }
            return .refusal(
                errorClass: message["error"]?["class"]?.stringValue ?? "GenericError",
                description: message["error"]?["desc"]?.stringValue ?? "an error without description",
            )
        }
    }

    /// A message that is no JSON, or too large; whether it was the answer cannot be told.
    mutating func receivedUnreadable(_ error: JSONError) -> Action {
        guard case .awaiting = state else { return .ignore }
        state = .outOfStep
        return .unreadable(error)
    }

    private func isAnswer(_ message: JSONObject, to id: Int64) -> Bool {
        guard message["return"] != nil || message["error"] != nil else { return false }
        if let echoed = message["id"] { return echoed == .integer(id) }
        // An agent that could not read a command does not know its id.
        return !echoesIDs || message["error"] != nil
    }

    private static func message(_ name: String, _ arguments: JSONObject, id: Int64) -> [UInt8] {
        var message: JSONObject = ["execute": .string(name)]
        if !arguments.isEmpty { message["arguments"] = .object(arguments) }
        message["id"] = .integer(id)
        // Only a double that is no number cannot be written, and the agent's commands have none.
        let bytes = (try? JSON.object(message).serialized()) ?? []
        return bytes + [UInt8(ascii: "\n")]
    }
}
