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

    @Test func `a command is one line of UTF-8 with its arguments and its id`() throws {
        let text = "a\nb\r\u{7F}ü😀"
        let request = try QMPRequest(id: 7, name: "x", arguments: ["n": .unsigned(.max), "t": .string(text)])
        #expect(
            String(validating: request.message, as: UTF8.self)
                == #"{"execute":"x","arguments":{"n":18446744073709551615,"t":"a\u000ab\u000d\u007fü😀"},"id":7}"# + "\n"
        )
        // Control characters reset QEMU's parser: only the end of the line is one.
        #expect(request.message.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 < 0xF8 })
        for id in [1, 10, UInt64(Int64.max), .max] {
            let message = try QMPRequest(id: id, name: "y", arguments: [:]).message
            #expect(try JSON.parse(message)["id"] == JSON(id))
        }
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
