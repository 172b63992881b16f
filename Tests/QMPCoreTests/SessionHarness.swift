import QMPCore
import WireJSON

/// Stands for a descriptor.
private final class Passenger: QMPPassenger {
    let rawValue: Int32 = 3
}

/// A session driven by hand, with what it asked for written down as words.
struct SessionHarness {
    var session: QMPSession
    private(set) var log: [String] = []
    private var nextID: UInt64 = 0

    /// The id of the last command, the negotiation's among them.
    var lastID: UInt64 { nextID }

    init(_ settings: QMPSession.Settings = .init()) {
        session = QMPSession(settings: settings)
    }

    /// A session that has negotiated, with `oob` unless told otherwise; its log is empty.
    static func ready(outOfBand: Bool = true, window: Int = 8) throws -> Self {
        var harness = Self(.init(window: window))
        let capabilities: JSON = outOfBand ? ["oob"] : []
        try harness.receive(["QMP": ["version": ["qemu": ["major": 10]], "capabilities": capabilities]])
        try harness.receive(["return": [:], "id": .integer(Int64(harness.nextID))])
        harness.log = []
        return harness
    }

    /// Submits a command and returns its id.
    @discardableResult
    mutating func submit(_ name: String, outOfBand: Bool = false, withDescriptor: Bool = false) throws -> UInt64 {
        nextID += 1
        let request = try QMPRequest(
            id: nextID,
            name: name,
            arguments: [:],
            isOutOfBand: outOfBand,
            passenger: withDescriptor ? Passenger() : nil,
        )
        note(session.submit(request))
        return nextID
    }

    mutating func receive(_ message: JSON) throws {
        var id = nextID
        note(
            session.received(
                QMPMessage(message),
                capabilitiesID: {
                    id += 1
                    return id
                }(),
            )
        )
        nextID = id
    }

    mutating func reply(_ id: UInt64, _ value: JSON = [:]) throws {
        try receive(["return": value, "id": JSON(id)])
    }

    mutating func receiveUnreadable(id: UInt64?) {
        note(session.receivedUnreadable(JSONError(.malformed, "bad", offset: 1), id: id.map { JSON($0) }))
    }

    mutating func abandon(_ id: UInt64) {
        note(session.abandon(id) { QMPError(.cancelled, $0 ? "sent" : "not sent") })
    }

    mutating func close(byPeer: Bool = true) {
        note(session.closed(QMPError(.connectionClosed, "gone"), byPeer: byPeer))
    }

    mutating func interrupt() {
        note(session.interrupted(QMPError(.connectionClosed, "gone")))
    }

    /// What was asked for since the last call.
    mutating func take() -> [String] {
        defer { log = [] }
        return log
    }

    private mutating func note(_ actions: [QMPSession.Action]) {
        for action in actions {
            switch action {
            case .send(let request): log.append("send \(request.name)")
            case .complete(let id, .success(let value)): log.append("\(id) = \(value)")
            case .complete(let id, .failure(let error)): log.append("\(id) failed: \(error.code)")
            case .deliver(let event): log.append("event \(event.name)")
            case .becameReady: log.append("ready")
            case .report(let diagnostic):
                switch diagnostic {
                case .unknownReply: log.append("report unknownReply")
                case .lateReply: log.append("report lateReply")
                case .errorWithoutID: log.append("report errorWithoutID")
                case .unreadable: log.append("report unreadable")
                case .unknownMessage: log.append("report unknownMessage")
                case .garbage, .reset: log.append("report noise")
                case .secondGreeting: log.append("report secondGreeting")
                }
            case .close(let error): log.append("close: \(error.code)")
            }
        }
    }
}
