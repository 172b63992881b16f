import HostSupport
import PatienceForTests
import QMPCore
import Quantities
import Testing
import WireJSON

@testable import QMPClient

/// The verbs of jobs against QEMU: block jobs that copy nothing to nowhere, as slowly as they are told to.
@Suite(.tags(.qemu), .hangLimit(minutes: 2)) struct RealJobVerbTests {
    /// Runs QEMU with two disks of zeros and hands over a connection to it.
    private func withDisks(
        _ qemu: RealQEMU,
        _ body: @escaping @Sendable (QMPConnection) async throws -> Void,
    ) async throws {
        var machine = ["-machine", "none"]
        for node in ["source", "target"] {
            machine += ["-blockdev", "driver=null-co,node-name=\(node),size=1073741824"]
        }
        try await qemu.run(machine: machine) { sockets, _ in
            var options = QMPOptions()
            options.reconnect = QMPReconnectPolicy(attempts: 100, delay: .milliseconds(20))
            try await QMPConnection.withConnection(to: .unix(sockets[0]), options: options) { qmp in
                try await body(qmp)
            }
        }
    }

    /// Copies 1 GiB at 1 MiB a second: nobody waits for its end.
    private func slowMirror() -> JSONObject {
        ["device": "source", "target": "target", "sync": "full", "speed": 1_048_576, "auto-dismiss": false]
    }

    /// Follows a job to its end and says each status that it had, once.
    private func follow(
        _ job: QMPJob,
        _ act: (QMPJobStatus, _ seen: [QMPJobStatus]) async throws -> Void,
    ) async throws -> [QMPJobStatus] {
        var seen: [QMPJobStatus] = []
        for try await update in job.updates(deadline: Patience.seconds(90), interval: .milliseconds(20)) {
            guard update.status != seen.last else { continue }
            try await act(update.status, seen)
            seen.append(update.status)
        }
        // It passes these by itself, and may have done so unseen.
        return seen.filter { ![.created, .waiting, .aborting].contains($0) }
    }

    @Test(arguments: RealQEMU.all)
    func `a mirror is paused, resumed, hastened and completed`(qemu: RealQEMU) async throws {
        try await withDisks(qemu) { qmp in
            let job = try await qmp.startJob("blockdev-mirror", id: "m", self.slowMirror())
            let seen = try await self.follow(job) { status, seen in
                switch status {
                case .running:
                    if seen.contains(.paused) { try await job.setSpeed(ByteCount(0)) } else { try await job.pause() }
                case .paused: try await job.resume()
                case .ready: try await job.complete()
                default: break
                }
            }
            #expect(seen.filter { $0 != .pending } == [.running, .paused, .running, .ready, .concluded])
            #expect(try await qmp.jobs().isEmpty)
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a job that is not to finalize by itself waits to be told`(qemu: RealQEMU) async throws {
        try await withDisks(qemu) { qmp in
            var arguments = self.slowMirror()
            arguments["speed"] = 0
            arguments["auto-finalize"] = false
            let job = try await qmp.startJob("blockdev-backup", id: "b", arguments)
            let seen = try await self.follow(job) { status, _ in
                if status == .pending { try await job.finalize() }
            }
            #expect(seen.filter { $0 != .running } == [.pending, .concluded])
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a mirror that is cancelled ends with QEMU's word for it`(qemu: RealQEMU) async throws {
        try await withDisks(qemu) { qmp in
            let job = try await qmp.startJob("blockdev-mirror", id: "m", self.slowMirror())
            try await job.cancel()
            let error = await #expect(throws: QMPError.self) { try await job.wait(deadline: Patience.seconds(90)) }
            #expect(error?.code == .jobFailed)
            #expect(error?.message.contains("canceled") == true, "\(error?.message ?? "")")
            #expect(try await qmp.jobs().isEmpty)
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a job that went on while the connection was lost is found, adopted and followed to its end`(
        qemu: RealQEMU
    ) async throws {
        try await withDisks(qemu) { qmp in
            var events = qmp.events(.named("NONE")).makeAsyncIterator()
            let begun = try await qmp.startJob("blockdev-mirror", id: "m", self.slowMirror())
            qmp.link.state.withLock { $0.socket?.shutDown() }
            guard case .gap = try await events.next(within: Patience.seconds(60)) else {
                Issue.record("no gap was told")
                return
            }
            let found = try await qmp.jobs()
            #expect(found.map(\.id) == ["m"])
            #expect(found.first?.type == "mirror")
            let adopted = qmp.adoptJob(id: "m")
            try await adopted.setSpeed(ByteCount(0))
            let seen = try await self.follow(adopted) { status, _ in
                if status == .ready { try await adopted.complete() }
            }
            #expect(seen.contains(.ready))
            #expect(seen.last == .concluded)
            // Whoever began it has heard of its end, too, by the event: subscriptions outlive the connection that was lost.
            try await begun.wait(deadline: Patience.seconds(60))
        }
    }
}
