import PatienceForTests
import QGA
import QMPCore
import Synchronization
import Testing
import WireJSON

@testable import GuestAccess

@Suite(.hangLimit(minutes: 1)) struct GuestAgentTests {
    @Test(arguments: [true, false])
    func `a command gets its own answer, whether or not the agent repeats ids`(echoesIDs: Bool) async throws {
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message, echoesIDs: echoesIDs) {
                // What an earlier client left behind, and the answer to its command.
                return [Array("\": 1}}\u{7}{\"return\": {\"version\": \"stale\"}}".utf8), bytes]
            }
            let info: JSON = ["version": "7.2.0", "supported_commands": []]
            return [FakeAgent.answer(info, to: message, echoesIDs: echoesIDs)]
        }
        #expect(try await agent.guestInfo().version == "7.2.0")
        #expect(try await agent.guestInfo().version == "7.2.0")
        agent.close()
        fake.channel.close()
    }

    @Test func `a late answer is never taken for that to a later command`() async throws {
        let held = Mutex<[UInt8]?>(nil)
        let (agent, fake) = try FakeAgent.connected { command, message in
            if command == "guest-get-host-name" {
                held.withLock { $0 = FakeAgent.answer(["host-name": "late"], to: message, echoesIDs: false) }
                return []
            }
            let late = held.withLock { $0 }
            if let bytes = FakeAgent.synchronisation(command, message, echoesIDs: false) {
                return [late ?? [], bytes]
            }
            return [FakeAgent.answer(["version": "7.2.0", "supported_commands": []], to: message, echoesIDs: false)]
        }
        let error = await #expect(throws: QMPError.self) {
            try await agent.execute(GuestGetHostName(), deadline: .milliseconds(200))
        }
        #expect(error?.code == .timedOut)
        #expect(try await agent.guestInfo().version == "7.2.0")
        agent.close()
        fake.channel.close()
    }

    @Test func `the agent's own error has its class and text`() async throws {
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message) { return [bytes] }
            return [Array("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no such command\"}}\n".utf8)]
        }
        let error = await #expect(throws: QMPError.self) { try await agent.guestGetHostName() }
        #expect(error?.errorClass == "CommandNotFound")
        #expect(error?.message == "vm: no such command")
        agent.close()
        fake.channel.close()
    }

    @Test func `a command that answers only when it fails has succeeded when it stays silent`() async throws {
        var options = GuestAgent.Options()
        options.silenceMeansSuccess = .milliseconds(100)
        let (agent, fake) = try FakeAgent.connected(options: options) { command, message in
            FakeAgent.synchronisation(command, message).map { [$0] } ?? []
        }
        try await agent.guestShutdown()
        try await agent.guestSuspendDisk()
        try await agent.guestSuspendRAM()
        try await agent.guestSuspendHybrid()
        agent.close()
        fake.channel.close()
    }

    @Test func `a command that answers only when it fails has its failure told`() async throws {
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message) { return [bytes] }
            return [Array("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no swap\"}}\n".utf8)]
        }
        for refused in [
            await #expect(throws: QMPError.self) { try await agent.guestShutdown() },
            await #expect(throws: QMPError.self) { try await agent.guestSuspendDisk() },
        ] {
            #expect(refused?.code == .commandFailed)
            #expect(refused?.message.contains("no swap") == true)
        }
        agent.close()
        fake.channel.close()
    }

    @Test func `an agent that is not there is a timeout that says what to look at`() async throws {
        let (agent, fake) = try FakeAgent.connected { _, _ in [] }
        let error = await #expect(throws: QMPError.self) {
            try await agent.waitUntilReachable(within: .milliseconds(200))
        }
        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("installed and running") == true)
        agent.close()
        fake.channel.close()
    }

    @Test func `a guest that begins to listen late is reached by asking again`() async throws {
        var options = GuestAgent.Options()
        options.synchronisationInterval = .milliseconds(500)
        let asked = Mutex(0)
        let (agent, fake) = try FakeAgent.connected(options: options) { command, message in
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            // What comes before the agent runs is lost.
            guard count > 3 else { return [] }
            return [FakeAgent.synchronisation(command, message) ?? FakeAgent.answer([:], to: message)]
        }
        try await agent.waitUntilReachable(within: Patience.seconds(120))
        agent.close()
        fake.channel.close()
    }

    @Test(arguments: [true, false])
    func `an agent slower than it is asked is reached, and its late answers are not taken for others`(
        echoesIDs: Bool,
    ) async throws {
        var options = GuestAgent.Options()
        options.synchronisationInterval = .milliseconds(10)
        // What a real agent says to the byte that precedes a question.
        let stray = Array("{\"error\": {\"class\": \"GenericError\", \"desc\": \"stray byte\"}}\n".utf8)
        let (agent, fake) = try FakeAgent.connected(options: options, lag: .milliseconds(200)) { command, message in
            if let bytes = FakeAgent.synchronisation(command, message, echoesIDs: echoesIDs) { return [stray, bytes] }
            return [FakeAgent.answer(["host-name": "slow"], to: message, echoesIDs: echoesIDs)]
        }
        #expect(try await agent.guestGetHostName().hostName == "slow")
        agent.close()
        fake.channel.close()
    }

    @Test func `a command in flight when the channel closes has an unknown outcome, and later ones are not sent`()
        async throws
    {
        let (agent, fake) = try FakeAgent.connected { command, message in
            FakeAgent.synchronisation(command, message).map { [$0] } ?? []
        }
        let call = Task { try await agent.guestGetHostName() }
        try await agent.waitForTurn()
        fake.channel.close()
        let error = await #expect(throws: QMPError.self) { try await call.value }
        #expect([.outcomeUnknown, .connectionClosed].contains(error?.code))
        let later = await #expect(throws: QMPError.self) { try await agent.guestGetHostName() }
        #expect(later?.code == .connectionClosed)
    }

    @Test func `a caller who is cancelled is free at once, and the next one is served`() async throws {
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message) { return [bytes] }
            return command == "guest-get-host-name"
                ? [] : [FakeAgent.answer(["version": "1", "supported_commands": []], to: message)]
        }
        let call = Task { try await agent.guestGetHostName() }
        try await agent.waitForTurn()
        call.cancel()
        let error = await #expect(throws: QMPError.self) { try await call.value }
        #expect(error?.code == .cancelled)
        #expect(try await agent.guestInfo().version == "1")
        agent.close()
        fake.channel.close()
    }

    /// What a hostile guest may send in place of an answer; none may trap, hang or be believed.
    static let hostile = [
        HostileAnswer("another shape", Array("{\"return\": [1, 2, 3], \"id\": 2}\n".utf8)),
        HostileAnswer("no object", Array("[[[[\"return\"]]]]\n".utf8)),
        HostileAnswer("deep nesting", Array(repeating: UInt8(ascii: "["), count: 200_000)),
        HostileAnswer(
            "an endless string",
            Array("{\"return\": \"".utf8) + Array(repeating: UInt8(ascii: "a"), count: 1 << 20)
        ),
        HostileAnswer(
            "no UTF-8",
            Array("{\"return\": {\"host-name\": \"".utf8) + [0xC3, 0x28, 0x80] + Array("\"}}\n".utf8)
        ),
        HostileAnswer("delimiters", Array(repeating: 0xFF, count: 10_000)),
        HostileAnswer("noise", (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }),
        HostileAnswer("another's id", Array("{\"return\": {\"host-name\": \"stolen\"}, \"id\": 999999}\n".utf8)),
        HostileAnswer("an event", Array("{\"event\": \"SHUTDOWN\", \"data\": {}}\n".utf8)),
        HostileAnswer("a huge number", Array("{\"return\": {\"host-name\": 1e999999}}\n".utf8)),
    ]

    @Test(arguments: hostile)
    func `a hostile answer fails its command and nothing else`(answer: HostileAnswer) async throws {
        let isHostile = Mutex(true)
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let synchronised = FakeAgent.synchronisation(command, message) { return [synchronised] }
            if isHostile.withLock({ $0 }) { return [answer.bytes] }
            return [FakeAgent.answer(["host-name": "honest"], to: message)]
        }
        let error = await #expect(throws: QMPError.self) {
            try await agent.execute(GuestGetHostName(), deadline: .milliseconds(300))
        }
        #expect([.timedOut, .undecodableReply].contains(error?.code), "\(answer.name): \(String(describing: error))")
        isHostile.withLock { $0 = false }
        #expect(try await agent.guestGetHostName().hostName == "honest")
        agent.close()
        fake.channel.close()
    }

    /// A freeze that was given up may end after the first thaw: thawing goes on until the agent says that all are.
    @Test func `file systems are thawed also when the body fails, until the agent says so`() async throws {
        struct Failure: Error {}
        let commands = Mutex<[String]>([])
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message) { return [bytes] }
            let number = commands.withLock { commands in
                commands.append(command)
                return commands.count
            }
            guard command == "guest-fsfreeze-status" else { return [FakeAgent.answer(2, to: message)] }
            return [FakeAgent.answer(number < 5 ? "frozen" : "thawed", to: message)]
        }
        await #expect(throws: Failure.self) {
            try await agent.withFrozenFileSystems { count in
                #expect(count == 2)
                throw Failure()
            }
        }
        let thaw = ["guest-fsfreeze-thaw", "guest-fsfreeze-status"]
        #expect(commands.withLock { $0 } == ["guest-fsfreeze-freeze"] + thaw + thaw)
        agent.close()
        fake.channel.close()
    }

    @Test func `file systems that stay frozen are said to, whatever the body threw`() async throws {
        struct Failure: Error {}
        let (agent, fake) = try FakeAgent.connected { command, message in
            if let bytes = FakeAgent.synchronisation(command, message) { return [bytes] }
            return [FakeAgent.answer(command == "guest-fsfreeze-status" ? "frozen" : 2, to: message)]
        }
        let error = await #expect(throws: QMPError.self) {
            try await agent.withFrozenFileSystems(thawingWithin: .milliseconds(300)) { _ in throw Failure() }
        }
        #expect(error?.message.contains("its file systems are still frozen") == true && error?.cause is Failure)
        agent.close()
        fake.channel.close()
    }
}

extension GuestAgent {
    /// Waits until a command other than a synchronisation is in flight.
    func waitForTurn() async throws {
        for _ in 0..<2_000 {
            let isSent = state.withLock { state in state.pending != nil && state.session.isAwaiting }
            if isSent { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("no command was sent")
    }
}

/// What a hostile agent answers; a megabyte of it is not for a log.
struct HostileAnswer: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    var testDescription: String { name }
}
