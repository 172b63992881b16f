import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct EventTests {
    private func withFake(
        _ faults: Set<FakeFault> = [],
        _ body: (FakeQEMU, QMPConnection) async throws -> Void,
    ) async throws {
        try await FakeQEMU.withFake(faults: faults) { fake in
            fake.reply(to: "sync", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in try await body(fake, qmp) }
        }
    }

    @Test func `every subscriber receives what its filter lets through`() async throws {
        try await withFake { fake, qmp in
            let all = qmp.events()
            let stops = qmp.events(.named("STOP"))
            let jobs = qmp.events(.matching { $0.data["id"] == "a" })
            fake.emit("STOP")
            fake.emit("JOB_STATUS_CHANGE", ["id": "a"])
            fake.emit("JOB_STATUS_CHANGE", ["id": "b"])
            _ = try await qmp.execute("sync")
            await qmp.close()
            #expect(try await names(all) == ["STOP", "JOB_STATUS_CHANGE", "JOB_STATUS_CHANGE"])
            #expect(try await names(stops) == ["STOP"])
            #expect(try await names(jobs) == ["JOB_STATUS_CHANGE"])
        }
    }

    private func names(_ events: QMPEvents) async throws -> [String] {
        var names: [String] = []
        for try await item in events {
            switch item {
            case .event(let event): names.append(event.name)
            case .missed(let count): names.append("missed \(count)")
            case .gap: names.append("gap")
            }
        }
        return names
    }

    @Test func `a slow subscriber is told how many it missed and keeps the newest`() async throws {
        try await withFake { fake, qmp in
            let events = qmp.events(buffering: 10)
            for number in Int64(0)..<100 { fake.emit("E", ["n": .integer(number)]) }
            _ = try await qmp.execute("sync")
            var iterator = events.makeAsyncIterator()
            let first = try await iterator.next()
            #expect(first == .missed(90))
            for number in 90..<100 {
                let item = try await iterator.next()
                #expect(item?.event?.data["n"] == .integer(Int64(number)))
            }
            // What it missed is told once.
            fake.emit("LAST")
            let last = try await iterator.next()
            #expect(last?.event?.name == "LAST")
        }
    }

    @Test func `a flood of events is consumed without a loss`() async throws {
        try await withFake { fake, qmp in
            let count: Int64 = 20_000
            let events = qmp.events(buffering: Int(count))
            fake.handle("flood") { _, client in
                for number in 0..<count { client.emit(QMPEvent(name: "E", data: ["n": .integer(number)])) }
                return .success([:])
            }
            async let reply = qmp.execute("flood")
            var next: Int64 = 0
            for try await item in events {
                #expect(item.event?.data["n"] == .integer(next))
                next += 1
                if next == count { break }
            }
            _ = try await reply
        }
    }

    @Test func `an event that precedes the reply is there after it`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "stop", with: .afterEvents([QMPEvent(name: "STOP")], [:]))
            let (_, events) = try await qmp.execute("stop", following: .named("STOP"))
            var iterator = events.makeAsyncIterator()
            let item = try await iterator.next(within: .zero)
            #expect(item?.event?.name == "STOP")
        }
    }

    @Test func `waiting for an event ends with its time, and loses none`() async throws {
        try await withFake { fake, qmp in
            var iterator = qmp.events().makeAsyncIterator()
            for _ in 0..<3 {
                let error = await #expect(throws: QMPError.self) {
                    _ = try await iterator.next(within: .milliseconds(5))
                }
                #expect(error?.code == .timedOut)
            }
            fake.emit("A")
            let item = try await iterator.next(within: Patience.seconds(10))
            #expect(item?.event?.name == "A")
        }
    }

    @Test func `a consumer that is cancelled stops waiting`() async throws {
        try await withFake { _, qmp in
            let events = qmp.events()
            let task = Task { for try await _ in events {} }
            task.cancel()
            let error = await #expect(throws: QMPError.self) { try await task.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test func `a subscription to a connection that has ended ends at once`() async throws {
        try await withFake { fake, qmp in
            let first = qmp.events()
            fake.dropClients()
            await #expect(throws: QMPError.self) { for try await _ in first {} }
            await #expect(throws: QMPError.self) { for try await _ in qmp.events() {} }
        }
    }
}
