import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import Quantities
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct JobTests {
    private func withFake(_ body: (FakeQEMU, QMPConnection) async throws -> Void) async throws {
        try await FakeQEMU.withFake { fake in
            fake.reply(to: "begin", with: .success([:]))
            fake.reply(to: "job-dismiss", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in try await body(fake, qmp) }
        }
    }

    private func job(_ status: String, current: Int64 = 0, total: Int64 = 0, error: String? = nil) -> FakeReply {
        var info: JSONObject = [
            "id": "j", "type": "backup", "status": .string(status), "current-progress": .integer(current),
            "total-progress": .integer(total),
        ]
        info["error"] = error.map { .string($0) }
        return .success([.object(info)])
    }

    @Test func `a job is followed through its states to its end`() async throws {
        try await withFake { fake, qmp in
            fake.reply(
                to: "query-jobs",
                withEachOf: [
                    job("created"), job("running", current: 1, total: 4), job("running", current: 1, total: 4),
                    job("ready", current: 4, total: 4), job("concluded", current: 4, total: 4),
                ]
            )
            let following = try await qmp.startJob("begin", id: "j", ["device": "d"])
            var seen: [String] = []
            for try await update in following.updates(interval: .milliseconds(1)) {
                seen.append("\(update.status) \(update.current)/\(update.total)")
            }
            #expect(seen == ["created 0/0", "running 1/4", "ready 4/4", "concluded 4/4"])
            #expect(fake.received.contains { $0.name == "begin" && $0.arguments == ["device": "d", "job-id": "j"] })
            #expect(fake.received.filter { $0.name == "job-dismiss" }.count == 1)
            // It has ended: whoever waits now is told so without another question.
            let questions = fake.received.count
            try await following.wait()
            #expect(fake.received.count == questions)
        }
    }

    @Test func `a job that ends before its command returns is not missed`() async throws {
        try await withFake { fake, qmp in
            let changes = ["created", "running", "concluded"].map { status in
                QMPEvent(name: "JOB_STATUS_CHANGE", data: ["id": "j", "status": .string(status)])
            }
            fake.reply(to: "begin", with: .afterEvents(changes, [:]))
            fake.reply(to: "query-jobs", with: job("concluded", error: "disk full"))
            let error = await #expect(throws: QMPError.self) { try await qmp.runJob("begin", id: "j") }
            #expect(error?.code == .jobFailed)
            #expect(error?.message == "job j failed: disk full")
            let names = fake.received.map(\.name)
            #expect(names.firstIndex(of: "query-jobs") ?? 99 < names.firstIndex(of: "job-dismiss") ?? 0)
        }
    }

    @Test(arguments: [(nil, false), ("No space left on device", true)] as [(String?, Bool)])
    func `a job that vanished is told by its event`(error: String?, fails: Bool) async throws {
        try await withFake { fake, qmp in
            var data: JSONObject = ["type": "backup", "device": "j", "len": 1, "offset": 1]
            data["error"] = error.map { .string($0) }
            fake.reply(to: "begin", with: .afterEvents([QMPEvent(name: "BLOCK_JOB_COMPLETED", data: data)], [:]))
            fake.reply(to: "query-jobs", with: .success([]))
            do {
                try await qmp.runJob("begin", id: "j")
                #expect(!fails)
            } catch let failure as QMPError {
                #expect(fails)
                #expect(failure.code == .jobFailed)
                #expect(failure.message.contains(error ?? "?"))
            }
        }
    }

    @Test func `a job that vanished without a word has an unknown outcome`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "query-jobs", with: .success([]))
            let error = await #expect(throws: QMPError.self) { try await qmp.runJob("begin", id: "j") }
            #expect(error?.code == .outcomeUnknown)
            #expect(error?.message.contains("auto-dismiss") == true)
        }
    }

    @Test func `the events of other jobs are not ours`() async throws {
        try await withFake { fake, qmp in
            let other = QMPEvent(name: "BLOCK_JOB_COMPLETED", data: ["device": "other", "error": "not ours"])
            fake.reply(to: "begin", with: .afterEvents([other], [:]))
            fake.reply(to: "query-jobs", with: job("concluded"))
            try await qmp.runJob("begin", id: "j")
        }
    }

    @Test func `a job that was cancelled may still succeed`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "job-cancel", with: .success([:]))
            fake.reply(to: "query-jobs", withEachOf: [job("running"), job("concluded")])
            let following = try await qmp.startJob("begin", id: "j")
            try await following.cancel()
            try await following.wait()
        }
    }

    @Test func `the verbs are the job's own commands`() async throws {
        try await withFake { fake, qmp in
            let verbs = ["job-pause", "job-resume", "job-complete", "job-finalize", "job-cancel"]
            for verb in verbs + ["block-job-set-speed"] { fake.reply(to: verb, with: .success([:])) }
            let following = qmp.adoptJob(id: "j")
            try await following.pause()
            try await following.resume()
            try await following.complete()
            try await following.finalize()
            try await following.cancel()
            let sent = fake.received.filter { $0.name.hasPrefix("job-") }
            #expect(sent.map(\.name) == verbs)
            #expect(sent.allSatisfy { $0.arguments == ["id": "j"] })
            // Only block jobs have a speed, and it has no command of the newer name.
            try await following.setSpeed(.mebibytes(3))
            #expect(fake.received.last?.name == "block-job-set-speed")
            #expect(fake.received.last?.arguments == ["device": "j", "speed": 3_145_728])
        }
    }

    @Test func `a guest's refusal ends the removal`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "qom-list", with: .success([]))
            let refusal = QMPEvent(name: "DEVICE_UNPLUG_GUEST_ERROR", data: ["device": "d", "path": "/x"])
            fake.reply(to: "device_del", with: .afterEvents([refusal], [:]))
            let removal = try await qmp.startDeviceRemoval(id: "d")
            let error = await #expect(throws: QMPError.self) { try await removal.wait() }
            #expect(error?.code == .jobFailed)
            let verb = await #expect(throws: QMPError.self) { try await removal.cancel() }
            #expect(verb?.code == .unsupported)
        }
    }

    @Test func `a job that goes on runs into the deadline, which says where it stands`() async throws {
        try await withFake { fake, qmp in
            fake.reply(to: "query-jobs", with: job("running", current: 1, total: 9))
            let following = try await qmp.startJob("begin", id: "j")
            var deadline = Duration.milliseconds(50)
            var error: QMPError?
            // A host may be too busy to ask the job where it stands before the deadline.
            repeat {
                let limit = deadline
                error = await #expect(throws: QMPError.self) { _ = try await following.wait(deadline: limit) }
                #expect(error?.code == .timedOut)
                deadline *= 4
            } while error?.message.contains("running") == false && deadline < .seconds(60)
            #expect(error?.message.contains("running") == true, "\(String(describing: error))")
            #expect(!fake.received.contains { $0.name == "job-cancel" })
        }
    }
}
