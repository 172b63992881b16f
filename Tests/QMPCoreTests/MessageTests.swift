import QMPCore
import Testing
import WireJSON

@Suite struct MessageTests {
    @Test(arguments: [
        (#"{"seconds": 1700000000, "microseconds": 12}"#, 1_700_000_000_000_012 as Int64?),
        (#"{"seconds": -1, "microseconds": -1}"#, nil),
        (#"{"seconds": 9223372036854775807, "microseconds": 0}"#, nil),
        (#"{}"#, nil),
        (#""x""#, nil),
    ])
    func `the time of an event is known or not`(text: String, expected: Int64?) throws {
        let message = QMPMessage(["event": "STOP", "timestamp": try JSON.parse(text), "new": [1]])
        guard case .event(let event) = message else {
            Issue.record("no event: \(message)")
            return
        }
        #expect(event.timestamp == expected)
        #expect(event.received <= .now)
    }

    @Test func `new members of messages are ignored`() throws {
        let reply = QMPMessage(["return": ["a": 1], "id": 4, "x-new": [:]])
        #expect(reply == .success(id: 4, value: ["a": 1]))
        let error = QMPMessage(["error": ["class": "NewClass", "desc": "text", "data": [:]], "id": 4, "more": 1])
        #expect(error == .failure(id: 4, errorClass: "NewClass", message: "text"))
    }

    @Test func `a command is one line of ASCII with its arguments and its id`() throws {
        let request = try QMPRequest(id: 7, name: "x", arguments: ["n": .unsigned(.max), "t": "a\nb"])
        #expect(
            String(decoding: request.message, as: UTF8.self)
                == #"{"execute":"x","arguments":{"n":18446744073709551615,"t":"a\u000ab"},"id":7}"# + "\n"
        )
        let fast = try QMPRequest(id: 8, name: "y", arguments: [:], isOutOfBand: true)
        #expect(String(decoding: fast.message, as: UTF8.self) == #"{"exec-oob":"y","id":8}"# + "\n")
    }

    @Test func `an argument that is not finite is refused with its path`() {
        let error = #expect(throws: JSONError.self) {
            try QMPRequest(id: 1, name: "x", arguments: ["speed": .double(.nan)])
        }
        #expect(error?.path == "arguments.speed")
    }
}
