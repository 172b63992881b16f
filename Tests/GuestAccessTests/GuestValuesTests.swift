import QGA
import Testing
import WireJSON

@testable import GuestAccess

/// Numbers, texts and names that no honest guest sends.
struct GuestValuesTests {
    static let numbers = ["1e300", "-1", "-1e-9", "1e9", "\"7\"", "null", "[]", "true", "9223372036854775807"]

    @Test(arguments: numbers)
    func `a duration that is none is an error, not a trap`(number: String) throws {
        let members = try JSONObject(json: JSON.parse("{\"seconds\": \(number)}"))
        #expect(throws: JSONError.self) { try members.guestSeconds("seconds") }
        #expect(throws: JSONError.self) { try members.guestDuration("seconds") }
        #expect(throws: JSONError.self) { try members.guestDuration("missing") }
        let milestone = try JSON.parse("{\"name\": \"ssh\", \"uptime\": \(number)}")
        #expect(throws: JSONError.self) { try GuestMilestone(json: milestone) }
        let hello = "{\"version\":1,\"boot_id\":\"b\",\"python\":\"3\",\"uptime\":\(number),\"milestones\":[]}"
        #expect(throws: JSONError.self) { try HelperHello(json: try JSON.parse(hello)) }
    }

    @Test func `numbers at the edges are taken`() throws {
        let members: JSONObject = [
            "none": 0, "most": .double(1e8), "moment": .integer(1 << 60), "later": .integer(1 << 61),
        ]
        #expect(try members.guestDuration("none") == .zero)
        #expect(try members.guestDuration("most") == .seconds(100_000_000))
        #expect(try members.guestMoment("moment") == 1 << 60)
        #expect(throws: JSONError.self) { try members.guestMoment("later") }
    }

    @Test func `a wall clock is taken from 1970 to 2116, whatever the host's shows`() throws {
        let members: JSONObject = [
            "now": .integer(GuestFixUp.wallClock()), "last": .integer(1 << 62), "late": .integer(.max), "early": -1,
        ]
        #expect(try members.guestWallClock("now") > 1_700_000_000_000_000_000)
        #expect(try members.guestWallClock("last") == 1 << 62)
        #expect(throws: JSONError.self) { try members.guestWallClock("late") }
        #expect(throws: JSONError.self) { try members.guestWallClock("early") }
    }

    static let statuses: [(told: Int64, status: Int32)] = [
        (0, 0), (1, 1), (255, 255), (256, 255), (-1, 255), (.min, 255), (.max, 255),
    ]

    @Test(arguments: statuses)
    func `an exit status out of range is a failure, never success`(told: Int64, status: Int32) throws {
        #expect(try (["status": .integer(told)] as JSONObject).guestStatus("status") == status)
        #expect(GuestAgent.exitStatus(GuestExecStatus(exited: true, exitcode: told)) == status)
        let signal = (1...127).contains(told) ? Int32(128 + told) : 255
        #expect(GuestAgent.exitStatus(GuestExecStatus(exited: true, signal: told)) == signal)
    }

    @Test func `only addresses are addresses`() throws {
        let addresses: JSONObject = [
            "eth0": "10.0.2.16", "eth1": "10.0.2.16:1\nquit", "eth2": "::1", "eth3": "", "eth4": "10.0.2",
        ]
        #expect(try (["at": .object(addresses)] as JSONObject).guestAddresses("at") == ["eth0": "10.0.2.16"])
        #expect(try ([:] as JSONObject).guestAddresses("at").isEmpty)
    }

    @Test func `texts and lists have limits`() throws {
        let members: JSONObject = ["text": .string(String(repeating: "x", count: 11)), "list": [1, 2, 3]]
        #expect(throws: JSONError.self) { try members.guestText("text", atMost: 10) }
        #expect(try members.guestText("text", atMost: 11).count == 11)
        #expect(throws: JSONError.self) { let _: [Int] = try members.guestList("list", atMost: 2) }
        #expect(try members.guestList("list", atMost: 3) == [1, 2, 3])
        let flood = JSON.array((0..<501).map { ["name": .string("\($0)"), "uptime": 1] })
        let hello: JSON = ["version": 1, "boot_id": "b", "python": "3", "uptime": 1, "milestones": flood]
        #expect(throws: JSONError.self) { try HelperHello(json: hello) }
    }

    @Test(arguments: [
        "", ".", "..", "../conftest.py", "a/../b", "/etc/passwd", "a//b", "a/", "a\u{0}b", "a\nb", "a/\u{1b}[2J",
        String(repeating: "x", count: 256), String(repeating: "a/", count: 3000) + "b",
    ])
    func `a name that leads elsewhere is not safe`(name: String) { #expect(!GuestPath.isSafe(name)) }

    @Test(arguments: ["a", "v/cache/lastfailed", ".gitignore", "..a", "a b/é", "-rf"])
    func `an ordinary name is safe`(name: String) { #expect(GuestPath.isSafe(name)) }

    @Test func `control characters in a text for people are shown, not sent to the terminal`() {
        #expect(GuestText.shown("a\u{1b}[2J\rquiver: done\n") == "a\\u{1B}[2J\\rquiver: done\\n")
        #expect(GuestText.shown(String(repeating: "x", count: 10), atMost: 3) == "xxx...")
        #expect(GuestText.shown("gpj\u{202E}fdp.é") == "gpj\\u{202E}fdp.é")
        #expect(GuestText.shownLines("a\u{1b}\n\nb\r\n") == "a\\u{1B}\n\nb\\r\n")
    }
}
