import LibC
import SystemPackage
import Testing
import WireJSON

@testable import GuestAccess

/// The guest's end of an agent's channel, which answers as a test says.
final class FakeAgent: Sendable {
    /// What to answer to a command: bytes to send, in order; none for silence.
    typealias Script = @Sendable (_ command: String, _ message: JSONObject) -> [[UInt8]]

    let channel: MessageChannel

    private init(channel: MessageChannel) { self.channel = channel }

    /// A connected pair.
    ///
    /// - Parameters:
    ///   - lag: How long every answer is on its way.
    ///   - script: Answers every command, also the synchronisation.
    static func connected(
        options: GuestAgent.Options = GuestAgent.Options(),
        lag: Duration = .zero,
        _ script: @escaping Script,
    ) throws -> (agent: GuestAgent, fake: FakeAgent) {
        var ends: [Int32] = [0, 0]
        #if canImport(Glibc)
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        #else
            try #require(socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0)
        #endif
        let (answers, feed) = AsyncStream.makeStream(of: (bytes: [UInt8], due: ContinuousClock.Instant).self)
        let channel = MessageChannel(adopting: FileDescriptor(rawValue: ends[1]), label: "fake-agent") { incoming in
            switch incoming {
            case .arrived(.message(let message, _)):
                for bytes in script(message["execute"]?.stringValue ?? "", message) { feed.yield((bytes, .now + lag)) }
            case .closed: feed.finish()
            case .arrived(.reset), .arrived(.unreadable): break
            }
        }
        Task {
            for await answer in answers {
                if lag > .zero { try await Task.sleep(until: answer.due) }
                _ = channel.send(answer.bytes)
            }
        }
        return (
            GuestAgent(adopting: FileDescriptor(rawValue: ends[0]), guest: "vm", options: options),
            FakeAgent(channel: channel)
        )
    }

    /// What a sound agent answers to a synchronisation; nil for other commands.
    static func synchronisation(_ command: String, _ message: JSONObject, echoesIDs: Bool = true) -> [UInt8]? {
        guard command == "guest-sync-delimited", let id = message["arguments"]?["id"] else { return nil }
        return [0xFF] + answer(id, to: message, echoesIDs: echoesIDs)
    }

    /// A reply with the message's id, as agents since QEMU 1.1 send it.
    static func answer(_ value: JSON, to message: JSONObject, echoesIDs: Bool = true) -> [UInt8] {
        var reply: JSONObject = ["return": value]
        if echoesIDs, let id = message["id"] { reply["id"] = id }
        return ((try? JSON.object(reply).serialized()) ?? []) + [UInt8(ascii: "\n")]
    }
}
