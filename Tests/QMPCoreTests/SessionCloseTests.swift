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
