import Dispatch
import LibC
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 2)) struct LivenessTests {
    @Test func `a QEMU whose main loop is at something else is busy, and answering again afterwards`() async throws {
        try await FakeQEMU.withFake { fake in
            let release = DispatchSemaphore(value: 0)
            fake.handle("slow") { _, _ in
                release.wait()
                return .success([:])
            }
            fake.reply(to: "query-status", with: .success([:]))
            fake.reply(to: "query-yank", with: .success([]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                async let slow = qmp.execute("slow")
                while !fake.received.contains(where: { $0.name == "slow" }) { await Task.yield() }
                let during = try await Self.patientLiveness(of: qmp)
                #expect(during == .busy)
                release.signal()
                _ = try await slow
                let after = try await qmp.liveness(within: Patience.seconds(30))
                #expect(after == .answering)
            }
        }
    }

    /// How a peer is that answers something at once, on a host that may be too busy to hear it.
    private static func patientLiveness(of qmp: QMPConnection) async throws -> QMPLiveness {
        var limit = Duration.milliseconds(500)
        while true {
            let liveness = try await qmp.liveness(within: limit)
            if liveness != .unresponsive || limit > .seconds(30) { return liveness }
            limit *= 2
        }
    }

    @Test func `a peer that answers nothing at all is unresponsive, and one that left is dead`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "query-status", with: .silence)
            fake.reply(to: "query-yank", with: .silence)
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let silent = try await qmp.liveness(within: .milliseconds(20))
                #expect(silent == .unresponsive)
                fake.dropClients()
                let gone = try await qmp.liveness(within: Patience.seconds(30))
                #expect(gone == .dead)
            }
        }
    }

    @Test func `however often a busy QEMU is asked, it stays busy and holds two questions at most`() async throws {
        try await FakeQEMU.withFake { fake in
            let release = DispatchSemaphore(value: 0)
            fake.handle("slow") { _, _ in
                release.wait()
                return .success([:])
            }
            fake.reply(to: "query-status", with: .success([:]))
            fake.reply(to: "query-yank", with: .success([]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                async let slow = qmp.execute("slow")
                while !fake.received.contains(where: { $0.name == "slow" }) { await Task.yield() }
                for _ in 0..<9 { #expect(try await Self.patientLiveness(of: qmp) == .busy) }
                #expect(fake.received.filter { $0.name == "query-status" }.count == 1)
                release.signal()
                _ = try await slow
                #expect(try await qmp.liveness(within: Patience.seconds(30)) == .answering)
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `a QEMU that was stopped is told apart from one that was killed`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, process in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let alive = try await qmp.liveness(within: Patience.seconds(30))
                #expect(alive == .answering)
                kill(process, SIGSTOP)
                var stopped = try await qmp.liveness(within: .milliseconds(500))
                // It may still answer for a moment after the signal was sent.
                while stopped == .answering { stopped = try await qmp.liveness(within: .milliseconds(500)) }
                #expect(stopped == .stopped)
                kill(process, SIGCONT)
                let again = try await qmp.liveness(within: Patience.seconds(30))
                #expect(again == .answering)
                let events = qmp.events()
                kill(process, SIGKILL)
                await #expect(throws: QMPError.self) { for try await _ in events {} }
                var last = try await qmp.liveness(within: .seconds(1))
                // The connection ends a moment before the process does.
                while last == .disconnected { last = try await qmp.liveness(within: .seconds(1)) }
                #expect(last == .dead)
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `out of band overtakes a command that keeps QEMU's main loop busy`(qemu: RealQEMU) async throws {
        let pipe = "/tmp/quiver-qmp-\(getpid())-\(UInt32.random(in: 0 ... .max)).fifo"
        try #require(mkfifo(pipe, 0o600) == 0)
        defer { unlink(pipe) }
        try await qemu.run(machine: ["-machine", "q35", "-m", "32", "-S"]) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                // Opening a named pipe waits for its reader, and QEMU opens it in the main loop.
                async let save = qmp.execute("pmemsave", ["val": 0, "size": 4096, "filename": .string(pipe)])
                while try await qmp.liveness(within: .milliseconds(50)) != .busy {}
                async let queued = qmp.execute("query-status")
                _ = try await qmp.execute("query-yank", outOfBand: true)
                let meanwhile = try await Self.patientLiveness(of: qmp)
                #expect(meanwhile == .busy)
                let reader = open(pipe, O_RDONLY | O_NONBLOCK)
                try #require(reader >= 0)
                defer { close(reader) }
                _ = try await save
                _ = try await queued
            }
        }
    }
}
