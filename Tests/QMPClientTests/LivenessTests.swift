import Dispatch
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(2))) struct LivenessTests {
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
                let during = try await qmp.liveness(within: .milliseconds(50))
                #expect(during == .busy)
                release.signal()
                _ = try await slow
                let after = try await qmp.liveness(within: .seconds(30))
                #expect(after == .answering)
            }
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
                let gone = try await qmp.liveness(within: .milliseconds(20))
                #expect(gone == .dead)
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `a QEMU that was stopped is told apart from one that was killed`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, process in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let alive = try await qmp.liveness(within: .seconds(30))
                #expect(alive == .answering)
                kill(process, SIGSTOP)
                let stopped = try await qmp.liveness(within: .milliseconds(50))
                #expect(stopped == .stopped)
                kill(process, SIGCONT)
                let again = try await qmp.liveness(within: .seconds(30))
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
    func `out of band overtakes commands that keep QEMU's main loop busy`(qemu: RealQEMU) async throws {
        let machine = ["-machine", "q35", "-m", "512", "-S"]
        try await qemu.run(machine: machine) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                // Each reads all of the guest's memory.
                let save: JSONObject = ["val": 0, "size": .integer(512 << 20), "filename": "/dev/null"]
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            _ = try await qmp.execute("pmemsave", save)
                            return "in band"
                        }
                    }
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(5))
                        _ = try await qmp.execute("query-yank", outOfBand: true)
                        return "out of band"
                    }
                    var order: [String] = []
                    for try await name in group { order.append(name) }
                    #expect(order.last == "in band")
                    #expect(order.contains("out of band"))
                }
            }
        }
    }
}
