import Testing
import WireJSON

@testable import GuestAccess

@Suite struct HelperSessionTests {
    @Test func `answers find their requests by number, in any order`() {
        var session = HelperSession(firstID: 1)
        let first = session.request("ping", [:])
        let second = session.request("time", ["x": 1])
        #expect(second.message == ["id": 2, "do": "time", "x": 1])
        #expect(session.received(["id": 2, "ok": ["time": 5]]) == .answer(id: second.id, ["time": 5]))
        #expect(session.received(["id": 1, "error": "no"]) == .refusal(id: first.id, "no"))
    }

    @Test(
        arguments: [
            ["id": 7, "ok": [:]], ["ok": [:]], ["event": "from-the-future"], ["event": "milestone"],
            ["event": "output", "id": 1, "stream": "stdout", "data": "aGk="], [:],
        ] as [JSONObject]
    )
    func `what nobody waits for is ignored`(message: JSONObject) {
        var session = HelperSession(firstID: 1)
        #expect(session.received(message) == .ignore)
    }

    @Test func `an abandoned request's late answer is dropped`() {
        var session = HelperSession(firstID: 1)
        let request = session.request("ping", [:])
        session.abandon(request.id)
        #expect(session.received(["id": .integer(Int64(request.id)), "ok": [:]]) == .ignore)
    }

    @Test func `output belongs to its command until the command has ended`() {
        var session = HelperSession(firstID: 1)
        _ = session.request("run", [:])
        let output: JSONObject = ["event": "output", "id": 1, "stream": "stderr", "data": "aGk="]
        #expect(session.received(output) == .output(id: 1, .standardError, Array("hi".utf8)))
        _ = session.received(["id": 1, "ok": ["status": 0]])
        #expect(session.received(output) == .ignore)
    }
}
