import QMPCore
import Testing
import WireJSON

@Suite struct SessionCloseTests {
    @Test func `the end leaves sent commands unknown and queued ones not run`() throws {
        var harness = try SessionHarness.ready(window: 1)
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        harness.close()
        #expect(harness.take() == ["send a", "\(a) failed: outcomeUnknown", "\(b) failed: connectionClosed"])
        let c = try harness.submit("c")
        #expect(harness.take() == ["\(c) failed: connectionClosed"])
        harness.close()
        try harness.receive(["event": "STOP"])
        try harness.reply(a)
        harness.abandon(a)
        #expect(harness.take() == [])
    }

    @Test func `the end is success for a quit in flight`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("quit")
        #expect(harness.session.isQuitting)
        harness.close()
        #expect(harness.take() == ["send quit", "\(id) = {}"])
    }

    @Test func `our own end answers no quit`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("quit")
        harness.close(byPeer: false)
        #expect(harness.take() == ["send quit", "\(id) failed: outcomeUnknown"])
    }

    @Test func `a loss that is to be repaired ends what was there, and later commands wait for a greeting`() throws {
        var harness = try SessionHarness.ready(window: 1)
        let sent = try harness.submit("sent")
        let queued = try harness.submit("queued")
        harness.interrupt()
        let lost = ["\(sent) failed: outcomeUnknown", "\(queued) failed: connectionClosed"]
        #expect(harness.take() == ["send sent"] + lost)
        try harness.submit("later")
        // A peer that greets and goes, or that goes at once, costs nobody who waits.
        harness.interrupt()
        try harness.receive(["QMP": ["version": ["qemu": ["major": 10]], "capabilities": []]])
        harness.interrupt()
        #expect(harness.take() == ["send qmp_capabilities"])
        try harness.receive(["QMP": ["version": ["qemu": ["major": 10]], "capabilities": []]])
        try harness.reply(harness.lastID)
        #expect(harness.take() == ["send qmp_capabilities", "ready", "send later"])
    }

    @Test func `after a quit that was answered the end is expected`() throws {
        var harness = try SessionHarness.ready()
        try harness.reply(try harness.submit("quit"))
        #expect(harness.session.isQuitting)
    }

    @Test func `after a quit that was refused the end is a loss`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("quit")
        try harness.receive(["error": ["class": "GenericError", "desc": "no"], "id": JSON(id)])
        #expect(!harness.session.isQuitting)
    }

    @Test func `commands given up are not completed again at the end`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("a")
        harness.abandon(id)
        _ = harness.take()
        harness.close()
        #expect(harness.take() == [])
    }
}
