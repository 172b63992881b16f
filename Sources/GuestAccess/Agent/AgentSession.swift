import WireJSON

/// The host side of the agent's protocol, as a value: the state of the stream, and the meaning of incoming messages.
///
/// The guest is hostile input: a message that does not fit the state of the stream is ignored, never trusted.
struct AgentSession: Sendable {
    /// The effect of an incoming message.
    enum Action: Sendable, Equatable {
        /// The stream is synchronised: later answers belong to later commands.
        case synchronised
        case reply(JSON)
        case refusal(errorClass: String, description: String)
        /// The answer cannot be read.
        case unreadable(JSONError)
        /// Nothing to do.
        case ignore
    }

    private enum State: Equatable {
        /// The next message may belong to something earlier.
        case outOfStep
        /// Asked once, or several times: a slow agent answers the first question when others have followed it.
        case synchronising(asked: [Int64], sawDelimiter: Bool, isAnswering: Bool)
        case inStep
        case awaiting(id: Int64)
    }

    private var state: State = .outOfStep
    /// Old agents do not repeat a command's id in its answer: then only the order is known.
    private(set) var echoesIDs = false

    /// Whether a command can be sent at once.
    var isInStep: Bool { state == .inStep }

    /// Whether a command was sent whose answer has not come.
    var isAwaiting: Bool { if case .awaiting = state { true } else { false } }

    /// What to send to synchronise: a byte that makes the agent drop an incomplete message, then a marked request.
    ///
    /// Call it again while no answer comes. Once an earlier request is answered, nothing more is sent: the answer to
    /// the last one will arrive, and a slow agent would never catch up with new requests.
    mutating func synchronise(id: Int64) -> [UInt8] {
        switch state {
        case .inStep, .synchronising(_, _, isAnswering: true): return []
        case .synchronising(let asked, let sawDelimiter, _):
            state = .synchronising(asked: asked + [id], sawDelimiter: sawDelimiter, isAnswering: false)
        case .outOfStep, .awaiting:
            state = .synchronising(asked: [id], sawDelimiter: false, isAnswering: false)
        }
        return [0xFF] + Self.message("guest-sync-delimited", ["id": .integer(id)], id: id)
    }

    /// What to send for a command; may only be called while synchronised.
    mutating func request(_ name: String, _ arguments: JSONObject, id: Int64) -> [UInt8] {
        state = .awaiting(id: id)
        return Self.message(name, arguments, id: id)
    }

    /// Gives up waiting: an answer that comes later must not be mistaken for that to a later command.
    mutating func giveUp() {
        // The request stays open: its answer may still come.
        if isAwaiting { state = .outOfStep }
    }

    /// The agent sent its delimiter, which precedes the answer to the marked question.
    mutating func receivedDelimiter() {
        if case .synchronising(let asked, _, let isAnswering) = state {
            state = .synchronising(asked: asked, sawDelimiter: true, isAnswering: isAnswering)
        }
    }

    mutating func received(_ message: JSONObject) -> Action {
        switch state {
        case .outOfStep, .inStep, .synchronising(_, sawDelimiter: false, _):
            return .ignore
        case .synchronising(let asked, sawDelimiter: true, _):
            guard let id = asked.first(where: { message["return"] == .integer($0) }) else { return .ignore }
            guard id == asked.last else {
                state = .synchronising(asked: asked, sawDelimiter: true, isAnswering: true)
                return .ignore
            }
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

    /// A message that is not JSON, or too large; it may have been the answer.
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
        // Only a double that is not a number cannot be written, and the agent's commands have none.
        let bytes = (try? JSON.object(message).serialized()) ?? []
        return bytes + [UInt8(ascii: "\n")]
    }
}
