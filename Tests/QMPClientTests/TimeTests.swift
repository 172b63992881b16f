import Dispatch
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct TimeTests {
    private func withFake(
        _ faults: Set<FakeFault> = [],
        options: QMPOptions = QMPOptions(),
        _ body: (FakeQEMU, QMPConnection) async throws -> Void,
    ) async throws {
        try await FakeQEMU.withFake(faults: faults) { fake in
            fake.reply(to: "hang", with: .silence)
            fake.reply(to: "query-status", with: .success(["running": true]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                try await body(fake, qmp)
            }
        }
    }

    @Test func `a deadline is its own error and names the command`() async throws {
        try await withFake { _, qmp in
            let error = await #expect(throws: QMPError.self) {
                try await qmp.execute("hang", deadline: .milliseconds(20))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.description.contains("hang") == true)
            #expect(error?.description.contains("20 ms") == true)
        }
    }

    @Test func `the connection's own deadline holds for commands without one`() async throws {
        var options = QMPOptions()
        options.commandDeadline = .milliseconds(20)
        try await withFake(options: options) { _, qmp in
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("hang") }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func `a command that never got a place says so when its time is up`() async throws {
        try await withFake { fake, qmp in
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { _ = try? await qmp.execute("hang", deadline: .milliseconds(100)) }
                }
                while fake.received.count < 9 { await Task.yield() }
                let error = await #expect(throws: QMPError.self) {
                    try await qmp.execute("query-status", deadline: .milliseconds(20))
                }
                #expect(error?.code == .timedOut)
                #expect(error?.message.contains("not sent") == true)
            }
            #expect(!fake.received.contains { $0.name == "query-status" })
        }
    }

    @Test func `cancelling frees the caller at once and the late reply reaches nobody else`() async throws {
        try await withFake { fake, qmp in
            let release = DispatchSemaphore(value: 0)
            fake.handle("slow") { _, _ in
                release.wait()
                return .success("late")
            }
            let task = Task { try await qmp.execute("slow") }
            while !fake.received.contains(where: { $0.name == "slow" }) { await Task.yield() }
            task.cancel()
            let error = await #expect(throws: QMPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            release.signal()
            for _ in 0..<10 {
                let status = try await qmp.execute("query-status")
                #expect(status["running"] == true)
            }
        }
    }

    @Test func `a task that is cancelled already sends nothing`() async throws {
        try await withFake { fake, qmp in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await qmp.execute("hang")
            }
            task.cancel()
            let error = await #expect(throws: QMPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.message.contains("not sent") == true)
            // Commands arrive in order: whatever was sent is there when a later one has been answered.
            _ = try await qmp.execute("query-status")
            #expect(fake.received.map(\.name) == ["qmp_capabilities", "query-status"])
        }
    }

    @Test func `a peer that does not greet fails the connect within its deadline`() async throws {
        try await FakeQEMU.withFake(faults: [.noGreeting]) { fake in
            var options = QMPOptions()
            options.connectDeadline = .milliseconds(50)
            let error = await #expect(throws: QMPError.self) {
                try await QMPConnection.connect(to: .unix(fake.socket), options: options)
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.message.contains("another client") == true)
        }
    }

    @Test func `connecting can be cancelled`() async throws {
        try await FakeQEMU.withFake(faults: [.noGreeting]) { fake in
            let socket = fake.socket
            let task = Task { try await QMPConnection.connect(to: .unix(socket)) }
            task.cancel()
            let error = await #expect(throws: QMPError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `a socket that is not there says which`() async throws {
        for path in ["/tmp/quiver-no-such.sock", "/tmp/" + String(repeating: "x", count: 120)] {
            let error = await #expect(throws: QMPError.self) {
                try await QMPConnection.connect(to: .unix(FilePath(path)))
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.message.contains(path) == true)
        }
    }
}
