import QAPI
import QMPCore
import QMPTesting
import Testing
import WireJSON

@Suite struct FakeExecutorTests {
    @Test func `the generated methods hang on a fake as on a connection`() async throws {
        let qemu = FakeExecutor()
        qemu.reply(to: "query-status", with: ["running": true, "status": "running"])
        qemu.reply(to: "blockdev-add")
        #expect(try await qemu.queryStatus().status == .running)
        try await qemu.blockdevAdd(.qcow2(nodeName: "disk0", file: .reference("file")))
        #expect(qemu.executed.map(\.name) == ["query-status", "blockdev-add"])
        #expect(qemu.executed[1].arguments == ["driver": "qcow2", "node-name": "disk0", "file": "file"])
    }

    @Test func `what nothing was said about is refused, and what is to be refused too`() async throws {
        let qemu = FakeExecutor()
        let unknown = await #expect(throws: QMPError.self) { try await qemu.queryStatus() }
        #expect(unknown?.errorClass == "CommandNotFound")
        qemu.refuse("stop", "the guest is not running")
        let refused = await #expect(throws: QMPError.self) { try await qemu.stop() }
        #expect(refused?.code == .commandFailed && refused?.message == "the guest is not running")
        qemu.reply(to: "query-status", with: ["running": "perhaps"])
        let odd = await #expect(throws: QMPError.self) { try await qemu.queryStatus() }
        #expect(odd?.code == .undecodableReply)
    }

    @Test func `every subscriber gets the events, with their types`() async throws {
        let qemu = FakeExecutor()
        let subscriptions = [qemu.events, qemu.events]
        qemu.send(event: "SHUTDOWN", ["guest": true, "reason": "guest-shutdown"])
        qemu.endEvents()
        for events in subscriptions {
            var reasons: [ShutdownCause] = []
            for try await event in events {
                if case .shutdown(let shutdown) = event { reasons.append(shutdown.reason) }
            }
            #expect(reasons == [.guestShutdown])
        }
    }
}
