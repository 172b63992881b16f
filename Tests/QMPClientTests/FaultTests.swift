import Dispatch
import HostSupport
import Logging
import PatienceForTests
import QMPCore
import QMPTesting
import Testing
import WireJSON

@testable import QMPClient

@Suite(.hangLimit(minutes: 1)) struct FaultTests {
    /// Connects to a fake with these faults.
    private func withFake(
        _ faults: Set<FakeFault> = [],
        options: QMPOptions = QMPOptions(),
        _ body: (FakeQEMU, QMPConnection) async throws -> Void,
    ) async throws {
        try await FakeQEMU.withFake(faults: faults) { fake in
            fake.reply(to: "query-status", with: .success(["running": true]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                try await body(fake, qmp)
            }
        }
    }

    @Test(
        arguments: [
            .eventBeforeGreeting("EARLY"), .eventDuringNegotiation("MIDDLE"), .oneByteAtATime, .prettyOutput,
            .reorderedReplies, .resetsInsteadOfEnds, .floodOfEvents("FLOOD", count: 500),
        ] as [FakeFault]
    )
    func `twenty commands at once are answered whatever the fault`(fault: FakeFault) async throws {
        try await withFake([fault]) { fake, qmp in
            fake.handle("echo") { command, _ in .success(.object(command.arguments)) }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in Int64(0)..<20 {
                    group.addTask {
                        let reply = try await qmp.execute("echo", ["number": .integer(number), "text": "ü\0😀"])
                        return reply == ["number": .integer(number), "text": "ü\0😀"]
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `a ninth command waits here until one of eight is answered, and then they go in order`() async throws {
        try await withFake { fake, qmp in
            let release = DispatchSemaphore(value: 0)
            fake.handle("slow") { command, _ in
                release.wait()
                return .success(.object(command.arguments))
            }
            fake.reply(to: "query-yank", with: .success([]))
            func sent() -> [JSON?] { fake.received.filter { $0.name == "slow" }.map { $0.arguments["n"] } }
            try await withThrowingTaskGroup { group in
                for number in Int64(0)..<12 {
                    group.addTask { _ = try await qmp.execute("slow", ["n": .integer(number)]) }
                    // One after another, or their order would be nobody's.
                    let isSubmitted = { qmp.link.state.withLock { $0.calls.count } == Int(number) + 1 }
                    while !isSubmitted() { await Task.yield() }
                }
                // The fake reads on beyond eight only when it may: were a ninth sent, this would not be answered.
                _ = try await qmp.execute("query-yank", outOfBand: true)
                #expect(sent() == (0..<8).map { .integer($0) })
                for answered in 1...4 {
                    release.signal()
                    while sent().count < 8 + answered { await Task.yield() }
                    _ = try await qmp.execute("query-yank", outOfBand: true)
                    #expect(sent() == (0..<Int64(8 + answered)).map { .integer($0) })
                }
                for _ in 0..<8 { release.signal() }
                try await group.waitForAll()
            }
        }
    }

    @Test func `at most eight commands are in flight, and one when told so`() async throws {
        for window in [8, 1] {
            var options = QMPOptions()
            options.window = window
            let most = Locked(0)
            try await withFake(options: options) { fake, qmp in
                fake.handle("slow") { _, client in
                    most.withLock { $0 = max($0, client.mostInFlight) }
                    return .success([:])
                }
                try await withThrowingTaskGroup { group in
                    for _ in 0..<50 { group.addTask { _ = try await qmp.execute("slow") } }
                    try await group.waitForAll()
                }
            }
            #expect(most.withLock { $0 } <= window)
        }
    }

    @Test func `the end of the connection in the middle of a reply leaves the outcome unknown`() async throws {
        for faults: Set<FakeFault> in [[], [.resetsInsteadOfEnds]] {
            try await withFake(faults) { fake, qmp in
                fake.reply(to: "work", with: .truncatedThenEnd(["some": "value"]))
                let events = qmp.events()
                let error = await #expect(throws: QMPError.self) { try await qmp.execute("work") }
                #expect(error?.code == .outcomeUnknown)
                #expect(error?.command == "work")
                let next = await #expect(throws: QMPError.self) { try await qmp.execute("query-status") }
                #expect(next?.code == .connectionClosed)
                let ended = await #expect(throws: QMPError.self) { for try await _ in events {} }
                #expect(ended?.code == .connectionClosed)
            }
        }
    }

    @Test func `quit is success whether it is answered, cut off or reset`() async throws {
        for faults: Set<FakeFault> in [[], [.resetsInsteadOfEnds]] {
            for reply: FakeReply? in [nil, .end, .truncatedThenEnd([:])] {
                try await withFake(faults) { fake, qmp in
                    if let reply { fake.reply(to: "quit", with: reply) }
                    let events = qmp.events()
                    _ = try await qmp.execute("quit")
                    for try await _ in events {}
                }
            }
        }
    }

    @Test func `a reply with inf fails its command alone, and says why`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "bad", with: .raw("{\"return\": {\"speed\": inf}, \"id\": $ID}\r\n"))
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("bad") }
            #expect(error?.code == .undecodableReply)
            #expect(error?.message.contains("inf") == true)
            #expect((error?.cause as? JSONError)?.code == .nonFiniteNumber)
            let status = try await qmp.execute("query-status")
            #expect(status["running"] == true)
        }
    }

    @Test func `a reply that is no JSON fails its command alone`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "bad", with: .raw("{\"return\": {1 2 3}, \"id\": $ID}\r\n"))
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("bad") }
            #expect(error?.code == .undecodableReply)
            let status = try await qmp.execute("query-status")
            #expect(status["running"] == true)
        }
    }

    @Test func `a reply of which nothing can be read fails its command once a later one is answered`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "bad", with: .raw("{\"return\": {1 2 3}, \"id\": x}\r\n"))
            let bad = Task { try await qmp.execute("bad", deadline: .seconds(50)) }
            while !fake.received.contains(where: { $0.name == "bad" }) { await Task.yield() }
            let status = try await qmp.execute("query-status")
            #expect(status["running"] == true)
            let error = await #expect(throws: QMPError.self) { try await bad.value }
            #expect(error?.code == .outcomeUnknown)
        }
    }

    @Test func `a reply above the size limit fails its command alone`() async throws {
        var options = QMPOptions()
        options.limits.size = 1 << 20
        try await withFake(options: options) { fake, qmp in
            fake.reply(to: "large", with: .giant(bytes: 3 << 20))
            fake.reply(to: "fits", with: .giant(bytes: 1 << 19))
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("large") }
            #expect(error?.code == .undecodableReply)
            #expect((error?.cause as? JSONError)?.code == .limitExceeded)
            let value = try await qmp.execute("fits")
            #expect(value.stringValue?.utf8.count == 1 << 19)
        }
    }

    @Test func `a reply of 64 MiB arrives`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "giant", with: .giant(bytes: 64 << 20))
            let value = try await qmp.execute("giant", deadline: Patience.seconds(300))
            #expect(value.stringValue?.utf8.count == 64 << 20)
        }
    }

    @Test func `wrong ids, garbage and strange messages are survived, and logged`() async throws {
        let lines = LogLines()
        var options = QMPOptions()
        options.logger = Logger(label: "test") { _ in lines }
        options.logger?.logLevel = .debug
        try await withFake(options: options) { fake, qmp in
            fake.reply(
                to: "odd",
                with: .raw(
                    "garbage\r\n{\"return\": 1, \"id\": 99999}{\"strange\": []}[1]{\"return\": {}, \"id\": $ID}\r\n"
                ),
            )
            _ = try await qmp.execute("odd")
            let oddities = lines.lines.compactMap { $0["qmp.diagnostic"].map { "\($0)" } }
            for fragment in ["not JSON: garbage", "id 99999", "neither greeting, reply nor event"] {
                #expect(oddities.contains { $0.contains(fragment) }, "\(fragment): \(oddities)")
            }
            fake.reply(to: "wrong", with: .wrongID(1, id: "x"))
            let error = await #expect(throws: QMPError.self) {
                try await qmp.execute("wrong", deadline: .milliseconds(50))
            }
            #expect(error?.code == .timedOut)
            let status = try await qmp.execute("query-status")
            #expect(status["running"] == true)
        }
    }

    @Test func `an error without an id fails the only command there is`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "bad", with: .errorWithoutID(errorClass: "GenericError", message: "JSON parse error"))
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("bad") }
            #expect(error?.code == .protocolViolation)
            #expect(error?.message.contains("JSON parse error") == true)
        }
    }

    @Test func `a second greeting is negotiated again`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "reset", with: .greeting)
            // The fake refuses a second negotiation, as a QEMU does that had been negotiated: that is no end.
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("reset") }
            #expect(error?.code == .outcomeUnknown)
            let status = try await qmp.execute("query-status")
            #expect(status["running"] == true)
        }
    }

    @Test func `values are exact both ways`() async throws {
        try await withFake { fake, qmp in
            fake.handle("echo") { command, _ in .success(.object(command.arguments)) }
            let values: JSONObject = [
                "max": .unsigned(.max), "min": .integer(.min), "nul": "a\0b", "pair": "😀", "tenth": .double(0.1),
                "tiny": .double(.leastNonzeroMagnitude), "huge": .double(.greatestFiniteMagnitude),
            ]
            let reply = try await qmp.execute("echo", values)
            #expect(reply == .object(values))
        }
    }

    @Test func `an argument that JSON cannot spell is refused before it is sent`() async throws {
        try await withFake { fake, qmp in
            let error = await #expect(throws: QMPError.self) {
                try await qmp.execute("set", ["speed": .double(.infinity)])
            }
            #expect(error?.code == .invalidArguments)
            #expect(error?.message.contains("arguments.speed") == true)
            #expect(fake.received.map(\.name) == ["qmp_capabilities"])
        }
    }
}
