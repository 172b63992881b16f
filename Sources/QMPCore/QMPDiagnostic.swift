public import WireJSON

/// Unexpected behaviour of the peer that the session survived.
public enum QMPDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// A reply whose id belongs to no current command.
    case unknownReply(id: JSON?)
    /// The reply to an abandoned command; dropped.
    case lateReply(command: String, id: UInt64)
    /// An error without an id, when it is unclear which command failed.
    case errorWithoutID(errorClass: String, message: String, outstanding: Int)
    /// A message that could not be read.
    case unreadable(JSONError)
    /// A message that is neither greeting, reply nor event.
    case unknownMessage(JSON)
    /// Bytes between messages that are not JSON.
    case garbage([UInt8])
    /// The parser was reset by a byte that is not valid in text.
    case reset
    /// A second greeting: the peer started again, and what was in flight is lost.
    case secondGreeting

    /// What happened, in one line for a log.
    public var description: String {
        switch self {
        case .unknownReply(let id): "a reply answers no command (id \(id.map(\.description) ?? "missing"))"
        case .lateReply(let command, let id): "the reply to \(command) (id \(id)) came after it was given up"
        case .errorWithoutID(let errorClass, let message, let outstanding):
            "an error without an id while \(outstanding) commands were outstanding: \(errorClass): \(message)"
        case .unreadable(let error): "a message could not be read: \(error)"
        case .unknownMessage: "a message is neither greeting, reply nor event"
        case .garbage(let bytes): "bytes between messages are not JSON: \(String(decoding: bytes, as: UTF8.self))"
        case .reset: "the peer reset the stream"
        case .secondGreeting: "the peer greeted again: it started over"
        }
    }
}
