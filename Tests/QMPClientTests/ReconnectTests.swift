import Dispatch
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct ReconnectTests {
    private var options: QMPOptions {
        var options = QMPOptions()
        options.reconnect = QMPReconnectPolicy(attempts: 20, delay: .milliseconds(5))
        return options
    }

    @Test func `a lost connection is made again, subscribers are told, and nothing is sent twice`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "work", with: .silence)
            fake.reply(to: "query-status", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                var events = qmp.events().makeAsyncIterator()
                let work = Task { try await qmp.execute("work") }
                while !fake.received.contains(where: { $0.name == "work" }) { await Task.yield() }
                fake.dropClients()
                let error = await #expect(throws: QMPError.self) { try await work.value }
                #expect(error?.code == .outcomeUnknown)
                guard case .gap = try await events.next() else {
                    Issue.record("no gap was told")
                    return
                }
                // Queued until the new connection has negotiated.
                _ = try await qmp.execute("query-status")
                fake.emit("AFTER")
                let item = try await events.next()
                #expect(item?.event?.name == "AFTER")
                #expect(fake.received.filter { $0.name == "work" }.count == 1)
            }
        }
    }

    @Test func `a connection that cannot be made again is given up`() async throws {
        let fake = try FakeQEMU()
        var few = options
        few.reconnect = QMPReconnectPolicy(attempts: 2, delay: .milliseconds(1))
        let qmp = try await QMPConnection.connect(to: .unix(fake.socket), options: few)
        let events = qmp.events()
        fake.close()
        let error = await #expect(throws: QMPError.self) { for try await _ in events {} }
        #expect(error?.code == .connectionClosed)
        await qmp.close()
    }

    @Test func `a gap is told to a subscriber whose buffer is full`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "sync", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                let slow = qmp.events(buffering: 2)
                fake.emit("BEFORE")
                _ = try await qmp.execute("sync")
                var quick = qmp.events(.named()).makeAsyncIterator()
                fake.dropClients()
                // Told of the gap when the new connection has negotiated.
                _ = try await quick.next(within: .seconds(50))
                for number in Int64(0)..<10 { fake.emit("E", ["n": .integer(number)]) }
                _ = try await qmp.execute("sync")
                var iterator = slow.makeAsyncIterator()
                #expect(try await iterator.next() == .missed(9))
                guard case .gap = try await iterator.next() else {
                    Issue.record("the gap was dropped")
                    return
                }
                for number in Int64(8)..<10 {
                    #expect(try await iterator.next()?.event?.data["n"] == .integer(number))
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func `a peer that accepts and never serves is given up, with the reason`(accepts: Bool) async throws {
        // Accepts and says nothing, or accepts and ends at once.
        try await FakeQEMU.withFake { fake in
            var few = options
            few.reconnect = QMPReconnectPolicy(attempts: 3, delay: .milliseconds(1))
            few.connectDeadline = .milliseconds(200)
            let qmp = try await QMPConnection.connect(to: .unix(fake.socket), options: few)
            let events = qmp.events()
            fake.misbehave(accepts ? [.noGreeting] : [.endsAtOnce])
            fake.dropClients()
            var told: [QMPEventItem] = []
            let error = await #expect(throws: QMPError.self) { for try await item in events { told.append(item) } }
            #expect(told == [])
            #expect(error?.message.contains(accepts ? "no greeting within 200 ms" : "closed the connection") == true)
            let late = await #expect(throws: QMPError.self) { try await qmp.execute("query-status") }
            #expect(late?.code == .connectionClosed)
            await qmp.close()
        }
    }

    @Test func `a refused negotiation ends a connection that was made again with QEMU's own words`() async throws {
        try await FakeQEMU.withFake { fake in
            var once = options
            once.reconnect = QMPReconnectPolicy(attempts: 1, delay: .milliseconds(1))
            let qmp = try await QMPConnection.connect(to: .unix(fake.socket), options: once)
            let events = qmp.events()
            fake.misbehave([.refusedNegotiation("not today")])
            fake.dropClients()
            let error = await #expect(throws: QMPError.self) { for try await _ in events {} }
            #expect(error?.message.contains("not today") == true)
            await qmp.close()
        }
    }

    @Test func `closing ends the attempts`() async throws {
        let fake = try FakeQEMU()
        var slow = options
        slow.reconnect = QMPReconnectPolicy(attempts: 1000, delay: .seconds(3600))
        let qmp = try await QMPConnection.connect(to: .unix(fake.socket), options: slow)
        fake.close()
        await qmp.close()
    }

    @Test func `after quit no connection is made again`() async throws {
        try await FakeQEMU.withFake { fake in
            let qmp = try await QMPConnection.connect(to: .unix(fake.socket), options: options)
            let events = qmp.events()
            _ = try await qmp.execute("quit")
            for try await item in events { Issue.record("unexpected: \(item)") }
            await qmp.close()
            #expect(fake.received.filter { $0.name == "qmp_capabilities" }.count == 1)
        }
    }

    @Test func `a job that was begun before a gap can be followed after it`() async throws {
        try await FakeQEMU.withFake { fake in
            let running: JSON = ["id": "j", "type": "backup", "status": "running"]
            let concluded: JSON = ["id": "j", "type": "backup", "status": "concluded", "error": "disk full"]
            fake.reply(to: "begin", with: .success([:]))
            fake.reply(to: "query-jobs", withEachOf: [.end, .success([running]), .success([concluded])])
            fake.reply(to: "job-dismiss", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket), options: options) { qmp in
                let job = try await qmp.startJob("begin", id: "j")
                let lost = await #expect(throws: QMPError.self) { try await job.wait() }
                #expect(lost?.code == .outcomeUnknown)
                let error = await #expect(throws: QMPError.self) { try await qmp.adoptJob(id: "j").wait() }
                #expect(error?.code == .jobFailed)
                #expect(error?.message.contains("disk full") == true)
                #expect(fake.received.contains { $0.name == "job-dismiss" && $0.arguments["id"] == "j" })
            }
        }
    }
}
