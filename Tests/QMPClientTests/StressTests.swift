import QMPClient
import QMPCore
import QMPTesting
import Testing
import WireJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many commands the stress test executes; `QUIVER_STRESS_COMMANDS=100000` is the long run of Tools/test-sanitized.
private let stressCommands = getenv("QUIVER_STRESS_COMMANDS").flatMap { Int(String(cString: $0)) } ?? 4000

@Suite(.serialized, .timeLimit(.minutes(10))) struct StressTests {
    @Test(arguments: [[], [.reorderedReplies], [.prettyOutput]] as [Set<FakeFault>])
    func `many tasks with cancellations and deadlines get their own replies and none is lost`(
        faults: Set<FakeFault>
    ) async throws {
        // The first connection of a process opens what Dispatch keeps for good.
        try await FakeQEMU.withFake { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { _ in }
        }
        try await Task.sleep(for: .milliseconds(100))
        let before = openDescriptors()
        try await exchange(faults)
        // The long run has the process to itself: only there can its descriptors be counted.
        guard getenv("QUIVER_STRESS_COMMANDS") != nil else { return }
        for _ in 0..<500 where openDescriptors() > before { try await Task.sleep(for: .milliseconds(10)) }
        #expect(openDescriptors() <= before)
    }

    private func openDescriptors() -> Int {
        guard let folder = opendir("/dev/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private func exchange(_ faults: Set<FakeFault>) async throws {
        try await FakeQEMU.withFake(faults: faults) { fake in
            install(on: fake)
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let outcomes = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for task in 0..<64 {
                        group.addTask { try await self.work(task, on: qmp, commands: stressCommands / 3 / 64) }
                    }
                    var all: [String: Int] = [:]
                    for try await some in group { all.merge(some, uniquingKeysWith: +) }
                    return all
                }
                // Each kind of outcome has been seen, so each way through the client has been gone.
                for outcome in ["right", "refused", "timedOut", "cancelled"] {
                    #expect(outcomes[outcome, default: 0] > 0, "\(outcomes)")
                }
                #expect(outcomes["wrong"] == nil, "\(outcomes)")
                // No slot is lost: eight at once still go through.
                try await withThrowingTaskGroup { group in
                    for number in Int64(0)..<64 {
                        group.addTask { _ = try await qmp.execute("echo", ["n": .integer(number)]) }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `connections that come and go leave no descriptor and no thread behind`() async throws {
        try await FakeQEMU.withFake { fake in
            install(on: fake)
            for _ in 0..<200 {
                let qmp = try await QMPConnection.connect(to: .unix(fake.socket))
                _ = try await qmp.execute("echo", ["n": 1])
                await qmp.close()
            }
            // One that nobody closes ends when nobody holds it any more.
            for _ in 0..<20 { _ = try await QMPConnection.connect(to: .unix(fake.socket)) }
            while fake.clientCount > 0 { await Task.yield() }
        }
    }

    private func install(on fake: FakeQEMU) {
        fake.handle("echo") { command, _ in .success(.object(command.arguments)) }
        fake.handle("slow") { command, _ in
            usleep(200)
            return .success(.object(command.arguments))
        }
        fake.handle("fail") { command, _ in .failure(errorClass: "GenericError", message: "\(command.arguments)") }
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
            let outcome: String
            switch Int.random(in: 0..<10) {
            case 0:
                outcome = await self.outcome(arguments) {
                    try await qmp.execute("slow", arguments, deadline: .microseconds(Int64.random(in: 0..<3000)))
                }
            case 1:
                let command = Task { try await qmp.execute("slow", arguments) }
                for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
                command.cancel()
                outcome = await self.outcome(arguments) { try await command.value }
            case 2: outcome = await self.outcome(arguments) { try await qmp.execute("fail", arguments) }
            case 3: outcome = await self.outcome(arguments) { try await qmp.execute("odd", arguments) }
            default: outcome = await self.outcome(arguments) { try await qmp.execute("echo", arguments) }
            }
            outcomes[outcome, default: 0] += 1
        }
        return outcomes
    }

    private func outcome(_ arguments: JSONObject, _ body: () async throws -> JSON) async -> String {
        do {
            return try await body() == .object(arguments) ? "right" : "wrong"
        } catch let error as QMPError {
            switch error.code {
            case .commandFailed: return error.message == "\(arguments)" ? "refused" : "wrong"
            case .timedOut: return "timedOut"
            case .cancelled: return "cancelled"
            default: return "wrong"
            }
        } catch {
            return "wrong"
        }
    }
}
