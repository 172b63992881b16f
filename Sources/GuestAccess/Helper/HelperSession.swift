import WireJSON

/// The host side of the helper's protocol, as a value: outstanding requests, and the meaning of incoming messages.
struct HelperSession: Sendable {
    /// The effect of an incoming message.
    enum Action: Sendable, Hashable {
        case answer(id: Int, JSONObject)
        case refusal(id: Int, String)
        case output(id: Int, OutputStream, [UInt8])
        case milestone(GuestMilestone)
        /// Nothing to do: an answer whose caller is gone, or a message from a newer helper.
        case ignore
    }

    private var nextID: Int
    private var outstanding: Set<Int> = []

    /// - Parameter firstID: The number of the first request.
    init(firstID: Int) {
        nextID = firstID
    }

    /// Numbers a request and remembers that its answer is awaited.
    mutating func request(_ name: String, _ arguments: JSONObject) -> (id: Int, message: JSONObject) {
        let id = number()
        var message: JSONObject = ["id": .integer(Int64(id)), "do": .string(name)]
        message.setMissing(from: arguments)
        return (id, message)
    }

    /// A number whose answer is awaited, for a request of another form.
    mutating func number() -> Int {
        defer { nextID += 1 }
        outstanding.insert(nextID)
        return nextID
    }

    /// Expects the answer to a request that an earlier connection sent.
    mutating func adopt(_ id: Int) {
        outstanding.insert(id)
        nextID = max(nextID, id + 1)
    }

    /// Forgets a request whose caller no longer waits.
    mutating func abandon(_ id: Int) {
        outstanding.remove(id)
    }

    mutating func received(_ message: JSONObject) -> Action {
        if let event = message["event"]?.stringValue { return news(event, message) }
        guard let id = message["id"]?.intValue, outstanding.remove(id) != nil else { return .ignore }
        if let result = message["ok"]?.objectValue { return .answer(id: id, result) }
        return .refusal(id: id, message["error"]?.stringValue ?? "an answer without result or reason")
    }

    private func news(_ event: String, _ message: JSONObject) -> Action {
        switch event {
        case "milestone":
            guard let milestone = try? GuestMilestone(json: .object(message)) else { return .ignore }
            return .milestone(milestone)
        case "output":
            guard
                let id = message["id"]?.intValue, outstanding.contains(id),
                let stream = message["stream"]?.stringValue.flatMap(OutputStream.init(rawValue:)),
                let data = message["data"]?.stringValue, let bytes = Base64.decoded(data)
            else { return .ignore }
            return .output(id: id, stream, bytes)
        default:
            return .ignore
        }
    }
}
