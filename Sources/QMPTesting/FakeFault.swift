public import QMPCore
public import WireJSON

/// Something that a QEMU, a relay or a network does wrong, by name.
public enum FakeFault: Sendable, Hashable {
    /// Sends an event before the greeting.
    case eventBeforeGreeting(String)
    /// Sends an event between `qmp_capabilities` and its return.
    case eventDuringNegotiation(String)
    /// Accepts the connection and never greets, as while another client holds the monitor.
    case noGreeting
    /// Accepts the connection and ends it at once.
    case endsAtOnce
    /// Answers `qmp_capabilities` with an error of this text.
    case refusedNegotiation(String)
    /// Writes every byte by itself.
    case oneByteAtATime
    /// Spreads every message over lines, as `pretty=on` does.
    case prettyOutput
    /// Answers in-band commands in pairs, the later one first.
    case reorderedReplies
    /// Sends this many events of that name before every reply, numbered from 0.
    case floodOfEvents(String, count: Int)
    /// Ends connections by a reset and not in good order, wherever a reply ends one.
    case resetsInsteadOfEnds
}

/// How one command is answered.
public enum FakeReply: Sendable {
    /// The command's return value.
    case success(JSON)
    /// QEMU's error, with its class.
    case failure(errorClass: String, message: String)
    /// An error that does not say which command failed.
    case errorWithoutID(errorClass: String, message: String)
    /// A return value under another id.
    case wrongID(JSON, id: JSON)
    /// No answer, ever.
    case silence
    /// These bytes as they are; `$ID` in them becomes the command's id.
    case raw(String)
    /// Events, then the return value.
    case afterEvents([QMPEvent], JSON)
    /// A return value of this many bytes.
    case giant(bytes: Int)
    /// Half of a return value, then the end of the connection.
    case truncatedThenEnd(JSON)
    /// The end of the connection, without an answer.
    case end
    /// A second greeting, without an answer.
    case greeting

    static func commandNotFound(_ name: String) -> Self {
        .failure(errorClass: "CommandNotFound", message: "The command \(name) has not been found")
    }
}

extension FakeFault {
    var nameBeforeGreeting: String? {
        guard case .eventBeforeGreeting(let name) = self else { return nil }
        return name
    }

    var refusalToNegotiate: String? {
        guard case .refusedNegotiation(let message) = self else { return nil }
        return message
    }

    var nameDuringNegotiation: String? {
        guard case .eventDuringNegotiation(let name) = self else { return nil }
        return name
    }

    var flood: (name: String, count: Int)? {
        guard case .floodOfEvents(let name, let count) = self else { return nil }
        return (name, count)
    }
}
