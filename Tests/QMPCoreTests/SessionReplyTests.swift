import QMPCore
import Testing
import WireJSON

@Suite struct SessionReplyTests {
    @Test func `a question that was given up is taken up again while its answer is still to come`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("query-status")
        #expect(harness.session.reclaim("query-status") == nil)
        harness.abandon(id)
        #expect(harness.session.reclaim("query-name") == nil)
        #expect(harness.session.reclaim("query-status") == id)
        #expect(harness.session.isOutstanding(id))
        _ = harness.take()
        try harness.reply(id, "late")
        #expect(harness.take() == ["\(id) = \"late\""])
        #expect(harness.session.reclaim("query-status") == nil)
        #expect(!harness.session.isOutstanding(id))
    }

    @Test func `replies are matched by id alone`() throws {
        var harness = try SessionHarness.ready()
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        _ = harness.take()
        try harness.reply(b, 2)
        try harness.reply(a, 1)
        #expect(harness.take() == ["\(b) = 2", "\(a) = 1"])
    }

    @Test func `eight commands are in flight and the rest wait in order`() throws {
        var harness = try SessionHarness.ready()
        let ids = try (0..<10).map { try harness.submit("c\($0)") }
        #expect(harness.take() == (0..<8).map { "send c\($0)" })
        try harness.reply(ids[3])
        #expect(harness.take() == ["\(ids[3]) = {}", "send c8"])
        try harness.reply(ids[0])
        #expect(harness.take() == ["\(ids[0]) = {}", "send c9"])
    }

    @Test func `an out-of-band command overtakes a full window`() throws {
        var harness = try SessionHarness.ready()
        for index in 0..<9 { try harness.submit("c\(index)") }
        _ = harness.take()
        let fast = try harness.submit("migrate-pause", outOfBand: true)
        #expect(harness.take() == ["send migrate-pause"])
        try harness.reply(fast)
        // It held no slot: none becomes free.
        #expect(harness.take() == ["\(fast) = {}"])
    }

    @Test func `out-of-band execution that was not offered is refused here`() throws {
        var harness = try SessionHarness.ready(outOfBand: false)
        let id = try harness.submit("migrate-pause", outOfBand: true)
        #expect(harness.take() == ["\(id) failed: unsupported"])
    }

    @Test func `a reply with an unknown id is dropped`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("a")
        _ = harness.take()
        let strange: [JSON] = [99, "x", .null, [1], .unsigned(.max), -1]
        for value in strange { try harness.receive(["return": [:], "id": value]) }
        try harness.receive(["return": [:]])
        #expect(harness.take() == Array(repeating: "report unknownReply", count: 7))
        try harness.reply(id)
        #expect(harness.take() == ["\(id) = {}"])
        try harness.reply(id)
        #expect(harness.take() == ["report unknownReply"])
    }

    @Test func `a command given up keeps its slot until its late reply is dropped`() throws {
        var harness = try SessionHarness.ready(window: 1)
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        harness.abandon(a)
        #expect(harness.take() == ["send a", "\(a) failed: cancelled"])
        harness.abandon(a)
        #expect(harness.take() == [])
        try harness.reply(a)
        #expect(harness.take() == ["report lateReply", "send b"])
        try harness.reply(b)
        #expect(harness.take() == ["\(b) = {}"])
    }

    @Test func `a queued command given up is never sent`() throws {
        var harness = try SessionHarness.ready(window: 1)
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        try harness.submit("c")
        harness.abandon(b)
        #expect(harness.take() == ["send a", "\(b) failed: cancelled"])
        try harness.reply(a)
        #expect(harness.take() == ["\(a) = {}", "send c"])
    }

    @Test func `an error without an id belongs to the only command there is`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("a")
        try harness.receive(["error": ["class": "GenericError", "desc": "parse"]])
        #expect(harness.take() == ["send a", "report errorWithoutID", "\(id) failed: protocolViolation"])
    }

    @Test func `an error without an id fails the command that later replies overtake`() throws {
        var harness = try SessionHarness.ready()
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        let c = try harness.submit("c")
        _ = harness.take()
        try harness.receive(["error": ["class": "GenericError", "desc": "parse"]])
        try harness.reply(a)
        #expect(harness.take() == ["report errorWithoutID", "\(a) = {}"])
        try harness.reply(c)
        #expect(harness.take() == ["\(c) = {}", "\(b) failed: outcomeUnknown"])
    }

    @Test func `a message that cannot be read fails the command whose id it bears`() throws {
        var harness = try SessionHarness.ready()
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        _ = harness.take()
        harness.receiveUnreadable(id: a)
        #expect(harness.take() == ["report unreadable", "\(a) failed: undecodableReply"])
        harness.receiveUnreadable(id: nil)
        try harness.reply(b)
        #expect(harness.take() == ["report unreadable", "\(b) = {}"])
    }

    @Test func `a lost message that was no reply fails nobody`() throws {
        var harness = try SessionHarness.ready()
        harness.receiveUnreadable(id: nil)
        let a = try harness.submit("a")
        let b = try harness.submit("b")
        try harness.reply(a)
        try harness.reply(b)
        #expect(harness.take() == ["report unreadable", "send a", "send b", "\(a) = {}", "\(b) = {}"])
    }

    @Test func `commands with descriptors never travel together`() throws {
        var harness = try SessionHarness.ready()
        let a = try harness.submit("getfd-a", withDescriptor: true)
        try harness.submit("x")
        let b = try harness.submit("getfd-b", withDescriptor: true)
        try harness.submit("y")
        // What stands behind the one that waits, waits too: order is kept.
        #expect(harness.take() == ["send getfd-a", "send x"])
        harness.abandon(a)
        #expect(harness.take() == ["\(a) failed: cancelled"])
        try harness.reply(a)
        #expect(harness.take() == ["report lateReply", "send getfd-b", "send y"])
        try harness.reply(b)
        #expect(harness.take() == ["\(b) = {}"])
    }

    @Test func `messages of no known kind are reported`() throws {
        var harness = try SessionHarness.ready()
        for message: JSON in [1, [], [:], ["id": 1], ["QMP": 1], ["event": 5]] { try harness.receive(message) }
        #expect(harness.take() == Array(repeating: "report unknownMessage", count: 6))
    }
}
