import HostSupport
import LibC
import PatienceForTests
import QMPCore
import QMPTesting
import Testing
import WireJSON

@testable import QMPClient

/// How many commands are executed for each kind of fault in the long run; nil in the short one.
private let longRun = getenv("QUIVER_STRESS_COMMANDS").flatMap { Int(String(cString: $0)) }

@Suite(.serialized, .hangLimit(minutes: 30)) struct StressTests {
    private static let tasks = 64

    @Test(
        arguments: [
            [], [.reorderedReplies], [.prettyOutput], [.floodOfEvents("FLOOD", count: 5)], [.oneByteAtATime],
            [.reorderedReplies, .prettyOutput, .floodOfEvents("FLOOD", count: 2), .eventDuringNegotiation("EARLY")],
        ] as [Set<FakeFault>]
    )
    func `many tasks with cancellations and deadlines get their own replies and none is lost`(
        faults: Set<FakeFault>
    ) async throws {
        let commands = longRun ?? 1000
        // What a process opens, starts and allocates once for all is there before it is counted.
        try await exchange(faults, commands: commands / 10)
        try await checkFootprint(growth: 8 << 10) {
            let outcomes = try await exchange(faults, commands: commands)
            if longRun != nil { print("stress:", faults, outcomes.sorted { $0.key < $1.key }) }
        }
    }

    @Test func `connections that come and go leave no descriptor, no thread and no memory behind`() async throws {
        try await comeAndGo(20)
        try await checkFootprint(growth: 4 << 10) { try await comeAndGo(longRun == nil ? 200 : 5000) }
    }

    /// In the long run, which has the process to itself, checks that the process holds afterwards what it held before.
    private func checkFootprint(growth: Int, _ body: () async throws -> Void) async throws {
        guard longRun != nil else { return try await body() }
        let before = try await settledFootprint()
        try await body()
        let after = try await settledFootprint()
        print("stress: before", before, "- after", after)
        #expect(after.descriptors <= before.descriptors)
        // Dispatch has as many of its own at rest as it likes, but for two processors no more than these.
        #expect(after.threads <= before.threads + 2)
        #expect(after.residentKilobytes <= before.residentKilobytes + growth)
    }

    /// What the process holds when it is at rest: Dispatch's own threads end some seconds after their last work.
    private func settledFootprint() async throws -> ProcessFootprint {
        var last = ProcessFootprint.now
        var unchanged = 0
        while unchanged < 8 {
            try await Task.sleep(for: .seconds(1))
            let next = ProcessFootprint.now
            unchanged = next.threads == last.threads && next.descriptors == last.descriptors ? unchanged + 1 : 0
            last = next
        }
        return last
    }

    // MARK: Commands

    /// Executes commands from many tasks at once.
    /// - Returns: How often each outcome was seen.
    @discardableResult private func exchange(
        _ faults: Set<FakeFault>,
        commands: Int,
    ) async throws -> [String: Int] {
        try await FakeQEMU.withFake(faults: faults) { fake in
            install(on: fake)
            return try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                // Somebody listens too, too slowly for a flood.
                let events = qmp.events(buffering: 64)
                let outcomes = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for task in 0..<Self.tasks {
                        // The first ones take what is left over.
                        let share = commands / Self.tasks + (task < commands % Self.tasks ? 1 : 0)
                        group.addTask { try await self.work(task, on: qmp, commands: share) }
                    }
                    var all: [String: Int] = [:]
                    for try await some in group { all.merge(some, uniquingKeysWith: +) }
                    return all
                }
                #expect(outcomes.values.reduce(0, +) == commands)
                let wrong = outcomes.filter { $0.key.hasPrefix("wrong") }
                #expect(wrong.isEmpty, "\(wrong)")
                // Each kind of outcome has been seen, so each way through the client has been gone.
                if commands >= 1000 {
                    for outcome in ["right", "refused", "unreadable", "timedOut", "cancelled"] {
                        #expect(outcomes[outcome, default: 0] > 0, "\(outcomes)")
                    }
                }
                try await expectWholeWindow(qmp)
                var iterator = events.makeAsyncIterator()
                #expect(try await iterator.next(within: Patience.seconds(60)) != nil)
                return outcomes
            }
        }
    }

    /// No slot is lost: eight at once still go through, and nothing is in flight any more when they have.
    private func expectWholeWindow(_ qmp: QMPConnection) async throws {
        try await withThrowingTaskGroup { group in
            for number in Int64(0)..<64 {
                group.addTask { _ = try await qmp.execute("echo", ["n": .integer(number)]) }
            }
            try await group.waitForAll()
        }
        #expect(qmp.link.state.withLock { $0.calls.isEmpty && $0.session.outstandingCount == 0 })
    }

    private func install(on fake: FakeQEMU) {
        fake.handle("echo") { command, _ in .success(.object(command.arguments)) }
        fake.handle("slow") { command, _ in
            usleep(200)
            return .success(.object(command.arguments))
        }
        fake.handle("large") { command, _ in
            .success([.object(command.arguments), .string(String(repeating: "x", count: 20_000))])
        }
        fake.handle("fail") { command, _ in .failure(errorClass: "GenericError", message: "\(command.arguments)") }
        fake.reply(to: "garbled", with: .raw("{\"return\": {1 2 3}, \"id\": $ID}\r\n"))
        fake.handle("odd") { command, client in
            client.emit(QMPEvent(name: "NOISE"))
            let value = JSON.object(command.arguments)
            return .raw("noise\r\n{\"return\": 1, \"id\": \"nobody's\"}\r\n{\"return\": \(value), \"id\": $ID}\r\n")
        }
    }

    private func work(_ task: Int, on qmp: QMPConnection, commands: Int) async throws -> [String: Int] {
        var outcomes: [String: Int] = [:]
        for number in 0..<commands {
            let arguments: JSONObject = ["n": .integer(Int64(task * 1_000_000 + number))]
            let value = JSON.object(arguments)
            let outcome: String
            switch Int.random(in: 0..<100) {
            case 0..<10:
                let deadline = Duration.microseconds(Int64.random(in: 0..<3000))
                outcome = await self.outcome(value, or: .timedOut) {
                    try await qmp.execute("slow", arguments, deadline: deadline)
                }
            case 10..<20:
                let command = Task { try await qmp.execute("slow", arguments) }
                for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
                command.cancel()
                outcome = await self.outcome(value, or: .cancelled) { try await command.value }
            case 20..<30:
                outcome = await self.outcome(nil, or: .commandFailed, saying: "\(arguments)") {
                    try await qmp.execute("fail", arguments)
                }
            case 30..<35:
                outcome = await self.outcome(nil, or: .undecodableReply) { try await qmp.execute("garbled", arguments) }
            case 35..<45: outcome = await self.outcome(value) { try await qmp.execute("odd", arguments) }
            case 45..<55:
                outcome = await self.outcome(value) { try await qmp.execute("echo", arguments, outOfBand: true) }
            case 55: outcome = await self.outcome(value) { try await qmp.execute("large", arguments)[0] ?? .null }
            default: outcome = await self.outcome(value) { try await qmp.execute("echo", arguments) }
            }
            outcomes[outcome, default: 0] += 1
        }
        return outcomes
    }

    /// What came of a command: "right" is its own reply, and the only error that is not wrong is the one it may end with.
    private func outcome(
        _ value: JSON?,
        or code: QMPError.Code? = nil,
        saying text: String? = nil,
        _ body: () async throws -> JSON,
    ) async -> String {
        do {
            let reply = try await body()
            return reply == value ? "right" : "wrong reply: \(reply)"
        } catch let error as QMPError {
            guard error.code == code, text == nil || error.message == text else { return "wrong: \(error)" }
            switch error.code {
            case .commandFailed: return "refused"
            case .undecodableReply: return "unreadable"
            default: return "\(error.code)"
            }
        } catch {
            return "wrong: \(error)"
        }
    }

    // MARK: Connections

    private func comeAndGo(_ count: Int) async throws {
        try await FakeQEMU.withFake { fake in
            install(on: fake)
            for _ in 0..<count {
                let qmp = try await QMPConnection.connect(to: .unix(fake.socket))
                _ = try await qmp.execute("echo", ["n": 1])
                await qmp.close()
            }
            // One that nobody closes ends when nobody holds it any more.
            for _ in 0..<20 { _ = try await QMPConnection.connect(to: .unix(fake.socket)) }
            while fake.clientCount > 0 { await Task.yield() }
        }
    }
}
