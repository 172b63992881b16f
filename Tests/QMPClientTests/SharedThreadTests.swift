import LibC
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct SharedThreadTests {
    private var options: QMPOptions {
        var options = QMPOptions()
        options.sharesThread = true
        return options
    }

    @Test func `the body and its child tasks run on the thread that receives`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "query-status", with: .success(["running": true]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                let home = currentThread()
                let replies = try await withThrowingTaskGroup(of: (UInt, JSON).self) { group in
                    for _ in 0..<100 {
                        group.addTask { (currentThread(), try await qmp.execute("query-status")) }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(replies.count == 100)
                #expect(replies.allSatisfy { $0.0 == home && $0.1["running"] == true })
                _ = try await qmp.execute("query-status")
                #expect(currentThread() == home)
                // A task elsewhere has a thread elsewhere, and may use the connection as well.
                let elsewhere = try await Task.detached {
                    _ = try await qmp.execute("query-status")
                    return currentThread()
                }.value
                #expect(elsewhere != home)
            }
        }
    }

    @Test func `without being asked to, the body runs elsewhere`() async throws {
        try await FakeQEMU.withFake { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in #expect(qmp.executor == nil) }
        }
    }

    @Test func `deadlines and cancellation free who waits on the thread`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "work", with: .silence)
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                let late = await #expect(throws: QMPError.self) {
                    try await qmp.execute("work", deadline: .milliseconds(20))
                }
                #expect(late?.code == .timedOut)
                let work = Task { try await qmp.execute("work") }
                while fake.received.filter({ $0.name == "work" }).count < 2 { await Task.yield() }
                let cancelled = await #expect(throws: QMPError.self) {
                    try await withThrowingTaskGroup(of: JSON.self) { group in
                        group.addTask { try await qmp.execute("work") }
                        group.cancelAll()
                        _ = try await group.next()
                    }
                }
                #expect(cancelled?.code == .cancelled)
                fake.dropClients()
                let lost = await #expect(throws: QMPError.self) { try await work.value }
                #expect(lost?.code == .outcomeUnknown)
            }
        }
    }

    @Test func `tasks go on while the connection is made again and after it has ended`() async throws {
        let fake = try FakeQEMU()
        fake.reply(to: "query-status", with: .success([:]))
        var options = options
        options.reconnect = QMPReconnectPolicy(attempts: 1000, delay: .milliseconds(10))
        try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
            let home = currentThread()
            var events = qmp.events().makeAsyncIterator()
            fake.dropClients()
            guard case .gap = try await events.next() else {
                Issue.record("no gap was told")
                return
            }
            _ = try await qmp.execute("query-status")
            #expect(currentThread() == home)
            fake.close()
            try await Task.sleep(for: .milliseconds(20))
            #expect(currentThread() == home)
            await qmp.close()
            let error = await #expect(throws: QMPError.self) { try await qmp.execute("query-status") }
            #expect(error?.code == .connectionClosed)
        }
    }

    @Test func `a task that never waits does not keep the thread from receiving`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "query-status", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { while !Task.isCancelled { await Task.yield() } }
                    for _ in 0..<20 { _ = try await qmp.execute("query-status") }
                    group.cancelAll()
                }
            }
        }
    }
}

/// The calling thread's number.
private func currentThread() -> UInt {
    #if canImport(Glibc)
        UInt(pthread_self())
    #else
        UInt(bitPattern: pthread_self())
    #endif
}
