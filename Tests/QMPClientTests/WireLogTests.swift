import HostSupport
import LibC
import Logging
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct WireLogTests {
    private func withScratchFile(_ body: (FilePath) async throws -> Void) async throws {
        let path = FilePath("/tmp/quiver-recording-\(UInt32.random(in: 0 ... .max)).jsonl")
        defer { unlink(path.string) }
        try await body(path)
    }

    private func converse(_ qmp: QMPConnection) async throws -> [JSON] {
        var replies = [try await qmp.execute("query-status")]
        let (reply, events) = try await qmp.execute("stop", following: .named("STOP"))
        var iterator = events.makeAsyncIterator()
        _ = try await iterator.next()
        replies.append(reply)
        replies.append(try await qmp.execute("qom-get", ["path": "/machine", "property": "type"]))
        return replies
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `a conversation with QEMU is recorded, and the fake says the same again`(qemu: RealQEMU) async throws {
        try await withScratchFile { path in
            let original = try await qemu.run { sockets, _ in
                var options = QMPOptions()
                options.wireLog = try QMPRecorder(path)
                return try await QMPConnection.withConnection(to: .unix(sockets[0]), options: options) { qmp in
                    try await converse(qmp)
                }
            }
            let recording = try QMPRecording(contentsOf: path)
            #expect(recording.entries.first?.direction == .received)
            #expect(recording.entries.filter { $0.direction == .sent }.count == 4)
            #expect(zip(recording.entries, recording.entries.dropFirst()).allSatisfy { $0.time <= $1.time })
            try await FakeQEMU.withFake(replaying: recording) { fake in
                try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                    let again = try await converse(qmp)
                    #expect(again == original)
                }
                #expect(fake.complaints == [])
            }
        }
    }

    @Test func `a client that says something else than was recorded is refused`() async throws {
        let recording = QMPRecording(entries: [
            .init(time: .zero, direction: .received, message: #"{"QMP":{"version":{},"capabilities":[]}}"#),
            .init(time: .zero, direction: .sent, message: #"{"execute":"qmp_capabilities","id":7}"#),
            .init(time: .zero, direction: .received, message: #"{"return":{},"id":7}"#),
            .init(time: .zero, direction: .sent, message: #"{"execute":"stop","id":8}"#),
            .init(time: .zero, direction: .received, message: #"{"return":{},"id":8}"#),
        ])
        try await FakeQEMU.withFake(replaying: recording) { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let error = await #expect(throws: QMPError.self) { try await qmp.execute("cont") }
                #expect(error?.code == .outcomeUnknown)
            }
            #expect(fake.complaints.count == 1)
            #expect(fake.complaints.first?.contains("cont") == true)
        }
    }

    @Test func `a file that is no recording is refused with its line`() async throws {
        try await withScratchFile { path in
            let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
            _ = try file.writeAll(Array("{\"at\":1,\"direction\":\"sent\",\"message\":\"{}\"}\nnonsense\n".utf8))
            try file.close()
            let error = #expect(throws: QMPRecordingError.self) { try QMPRecording(contentsOf: path) }
            #expect(error?.line == 2)
        }
    }

    @Test func `what comes in the place of a message is recorded too`() async throws {
        try await withScratchFile { path in
            var options = QMPOptions()
            options.wireLog = try QMPRecorder(path)
            options.limits.size = 1000
            try await FakeQEMU.withFake { fake in
                let large = String(repeating: "x", count: 2000)
                fake.reply(to: "large", with: .raw("{\"return\": \"\(large)\", \"id\": $ID}\r\n"))
                fake.reply(to: "noise", with: .raw("stray{\"return\": {}, \"id\": $ID}\r\n"))
                try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                    let error = await #expect(throws: QMPError.self) { try await qmp.execute("large") }
                    #expect(error?.code == .undecodableReply)
                    _ = try await qmp.execute("noise")
                }
            }
            let received = try QMPRecording(contentsOf: path).entries.filter { $0.direction == .received }
            #expect(received.contains { $0.message.hasPrefix("xxxx") && $0.message.hasSuffix("\"id\": 2}") })
            #expect(received.contains { $0.message == "stray" })
        }
    }

    @Test func `a peer's parser that starts over is recorded and ends nothing`() async throws {
        let (ours, theirs) = try connectedPair()
        async let answering: Void = BlockingCalls.run {
            var answer = Array(#"{"QMP":{"version":{},"capabilities":[]}}{"begun":"#.utf8) + [0xFF]
            answer += Array(#"{"return":{},"id":1}"#.utf8)
            try theirs.sendAll(answer)
        }
        let lines = LogLines()
        var logger = Logger(label: "test") { _ in lines }
        logger.logLevel = .trace
        var options = QMPOptions()
        options.wireLog = QMPLoggerWireLog(logger)
        try await QMPConnection.withConnection(to: .descriptor(ours), options: options) { _ in }
        try await answering
        #expect(lines.lines.contains { $0["qmp.direction"] == "received" && $0["qmp.message"] == "\u{FFFD}" })
        try theirs.close()
    }

    @Test func `messages go to a logger with their direction`() async throws {
        let lines = LogLines()
        var logger = Logger(label: "test") { _ in lines }
        logger.logLevel = .trace
        var options = QMPOptions()
        options.wireLog = QMPLoggerWireLog(logger)
        try await FakeQEMU.withFake { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { _ in }
        }
        let metadata = lines.lines
        #expect(metadata.contains { $0["qmp.direction"] == "sent" })
        #expect(metadata.contains { $0["qmp.direction"] == "received" })
    }
}
