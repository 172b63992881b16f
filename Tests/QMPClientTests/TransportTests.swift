import HostSupport
import LibC
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct TransportTests {
    @Test func `a peer that does not read delays nobody who sends, and everything arrives in order`() throws {
        let (ours, theirs) = try connectedPair()
        let socket = ConnectedSocket(adopting: ours)
        var expected: [UInt8] = []
        // Far more than the kernel keeps for a socket.
        for number in 0..<200 {
            let message = [UInt8](repeating: UInt8(number), count: 20_000)
            #expect(socket.send(message))
            expected += message
        }
        // Receiving goes on meanwhile.
        try theirs.sendAll("still here".utf8)
        var heard = [UInt8](repeating: 0, count: 64)
        let heardCount = try heard.withUnsafeMutableBytes { try socket.receive(into: $0) }
        #expect(heard[..<heardCount].elementsEqual("still here".utf8))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while received.count < expected.count {
            let count = try buffer.withUnsafeMutableBytes { try theirs.read(into: $0) }
            received += buffer[..<count]
        }
        #expect(received == expected)
        socket.finish()
        #expect(!socket.send([1]))
        try theirs.close()
    }

    @Test func `a socket whose peer is gone takes nothing and ends quietly`() throws {
        let (ours, theirs) = try connectedPair()
        let socket = ConnectedSocket(adopting: ours)
        try theirs.close()
        // The first send may still be taken by the kernel; none may raise SIGPIPE.
        _ = socket.send([1])
        #expect(!socket.send([2]))
        socket.finish()
        socket.finish()
    }

    @Test(arguments: [false, true])
    func `a connection can take over a connected descriptor, one that does not block too`(
        isNonBlocking: Bool
    ) async throws {
        let (ours, theirs) = try connectedPair()
        if isNonBlocking { _ = fcntl(ours.rawValue, F_SETFL, O_NONBLOCK) }
        // It blocks: on a thread of its own, since the tests' tasks share few.
        async let answering: Void = BlockingCalls.run {
            _ = try theirs.sendAll(Array(#"{"QMP":{"version":{},"capabilities":[]}}"#.utf8))
            var framer = JSONFramer()
            var answered = 0
            var buffer = [UInt8](repeating: 0, count: 4096)
            while answered < 2 {
                let count = try buffer.withUnsafeMutableBytes { try theirs.read(into: $0) }
                framer.append(buffer[..<count])
                while case .value(let text)? = framer.next() {
                    let id = try JSON.parse(text)["id"] ?? .null
                    _ = try theirs.sendAll(Array("{\"return\":{},\"id\":\(id)}\r\n".utf8))
                    answered += 1
                }
            }
        }
        try await QMPConnection.withConnection(to: .descriptor(ours)) { qmp in _ = try await qmp.execute("stop") }
        try await answering
        try theirs.close()
    }
}
