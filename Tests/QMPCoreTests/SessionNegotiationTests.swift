import QMPCore
import Testing
import WireJSON

@Suite struct SessionNegotiationTests {
    private let greeting: JSON = [
        "QMP": ["version": ["qemu": ["major": 7, "minor": 2, "micro": 0]], "capabilities": ["oob"]]
    ]

    @Test func `commands wait for the negotiation and then go in order`() throws {
        var harness = SessionHarness()
        try harness.submit("a")
        try harness.submit("b")
        #expect(harness.take() == [])
        try harness.receive(greeting)
        #expect(harness.take() == ["send qmp_capabilities"])
        try harness.submit("c")
        #expect(harness.take() == [])
        try harness.reply(3)
        #expect(harness.take() == ["ready", "send a", "send b", "send c"])
    }

    @Test(arguments: [(true, ["oob"], true), (true, [], false), (false, ["oob"], false)] as [(Bool, [String], Bool)])
    func `oob is enabled where it is offered and wanted`(wanted: Bool, offered: [String], expected: Bool) throws {
        var session = QMPSession(settings: .init(enablesOutOfBand: wanted))
        let message: JSON = ["QMP": ["version": [:], "capabilities": offered.json]]
        let actions = session.received(QMPMessage(message), capabilitiesID: 1)
        guard case .send(let request)? = actions.first else {
            Issue.record("nothing sent: \(actions)")
            return
        }
        let sent = try JSON.parse(request.message)
        #expect(sent["execute"] == "qmp_capabilities")
        #expect(sent["arguments"]?["enable"] == (expected ? ["oob"] : nil))
        _ = session.received(QMPMessage(["return": [:], "id": 1]), capabilitiesID: 2)
        #expect(session.canExecuteOutOfBand == expected)
    }

    @Test func `events are accepted before the greeting and during the negotiation`() throws {
        var harness = SessionHarness()
        try harness.receive(["event": "EARLY"])
        try harness.receive(greeting)
        try harness.receive(["event": "MIDDLE"])
        try harness.reply(1)
        #expect(harness.take() == ["event EARLY", "send qmp_capabilities", "event MIDDLE", "ready"])
    }

    @Test func `a refused negotiation closes the connection`() throws {
        var harness = SessionHarness()
        try harness.receive(greeting)
        try harness.receive(["error": ["class": "GenericError", "desc": "no"], "id": 1])
        #expect(harness.take() == ["send qmp_capabilities", "close: connectFailed"])
    }

    @Test func `a monitor that was negotiated before is ready`() throws {
        var harness = SessionHarness()
        try harness.receive(greeting)
        try harness.receive(["error": ["class": "CommandNotFound", "desc": "already"], "id": 1])
        #expect(harness.take() == ["send qmp_capabilities", "ready"])
    }

    @Test func `the error of a second negotiation is that command's own`() throws {
        var harness = try SessionHarness.ready()
        let id = try harness.submit("qmp_capabilities")
        try harness.receive(["error": ["class": "CommandNotFound", "desc": "already"], "id": JSON(id)])
        let next = try harness.submit("a")
        try harness.reply(next)
        #expect(harness.take() == ["send qmp_capabilities", "\(id) failed: commandFailed", "send a", "\(next) = {}"])
    }

    @Test func `a second greeting loses what is in flight and keeps what is queued`() throws {
        var harness = try SessionHarness.ready(window: 1)
        let sent = try harness.submit("a")
        try harness.submit("b")
        _ = harness.take()
        try harness.receive(greeting)
        #expect(harness.take() == ["report secondGreeting", "\(sent) failed: outcomeUnknown", "send qmp_capabilities"])
        try harness.reply(4)
        #expect(harness.take() == ["ready", "send b"])
    }

    @Test func `an agent needs no negotiation`() throws {
        var harness = SessionHarness(.init(window: 1, expectsGreeting: false))
        let id = try harness.submit("guest-ping")
        try harness.reply(id)
        #expect(harness.take() == ["send guest-ping", "\(id) = {}"])
    }

    @Test(arguments: [
        (#"{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":"Debian"},"capabilities":["oob","new"]}"#, 7),
        (#"{"version":{},"capabilities":[{"odd":1}]}"#, 0),
        (#"{"extra":[]}"#, 0),
    ])
    func `greetings of any version are read`(text: String, major: Int) throws {
        let greeting = try QMPGreeting(json: JSON.parse(text))
        #expect(greeting.version.major == major)
    }
}
