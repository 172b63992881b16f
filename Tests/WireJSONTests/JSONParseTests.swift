import Testing
import WireJSON

@Suite struct JSONParseTests {
    @Test(
        arguments: [
            ("null", JSON.null),
            ("true", .bool(true)),
            (" [1, -2, 3.5] ", .array([.integer(1), .integer(-2), .double(3.5)])),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .unsigned(9_223_372_036_854_775_808)),
            ("18446744073709551615", .unsigned(.max)),
            (#"{"n":18446744073709551615,"s":"n1","t":"s"}"#, ["n": .unsigned(.max), "s": "n1", "t": "s"]),
            (
                #"{"nnn":"18446744073709551615","i":1000000000000000000}"#,
                ["nnn": "18446744073709551615", "i": 1_000_000_000_000_000_000]
            ),
            (#"["a\u0000b","\ud83d\ude00","ü","\\\"/"]"#, ["a\0b", "😀", "ü", #"\"/"#]),
            (#"["","inf","nan"]"#, ["", "inf", "nan"]),
            ("1e3", .double(1000)),
            ("0.10000000000000001", .double(0.1)),
            ("1.7976931348623157e+308", .double(.greatestFiniteMagnitude)),
            ("{}", [:]),
        ] as [(String, JSON)]
    )
    func `JSON text parses to the value it spells`(text: String, expected: JSON) throws {
        #expect(try JSON.parse(text) == expected)
    }

    @Test(arguments: [
        ("", JSONError.Code.malformed),
        ("{", .malformed),
        ("[1 2]", .malformed),
        ("{\"a\" 1}", .malformed),
        ("[1] [2]", .malformed),
        ("{\"a\":1,\"a\":2}", .malformed),
        ("[\"\\ud800\"]", .malformed),
        ("{\"a\\u0000\":1}", .malformed),
        ("[18446744073709551616]", .outOfRange),
        ("[-9223372036854775809]", .outOfRange),
        ("{\"x\": inf}", .nonFiniteNumber),
        ("[-inf]", .nonFiniteNumber),
        ("[nan, 1]", .nonFiniteNumber),
    ])
    func `text that is no JSON is refused with its reason and its place`(text: String, code: JSONError.Code) {
        let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
        #expect(error?.code == code)
        #expect(error?.offset != nil)
    }

    @Test func `the place of an error counts in the bytes that were given`() {
        let text = #"{"a":18446744073709551615,"b":"text","c":1 2}"#
        let error = #expect(throws: JSONError.self) { try JSON.parse(text) }
        let offset = error?.offset ?? 0
        #expect((42...45).contains(offset), "\(offset)")
    }

    @Test func `invalid UTF-8 is refused`() {
        for bytes in [[0x22, 0xC3, 0x22], [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: JSONError.self) { try JSON.parse(bytes) }
        }
    }

    @Test func `depth is bounded where the limits say`() throws {
        let limits = JSONLimits(depth: 100)
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSON.parse(nested(100), limits: limits)
        _ = try JSON.parse(nested(1024))
        _ = try JSON.parse(nested(2048), limits: JSONLimits(depth: 9999))
        for (depth, limits) in [(101, limits), (1025, .standard), (2049, JSONLimits(depth: 9999))] {
            let error = #expect(throws: JSONError.self) { try JSON.parse(nested(depth), limits: limits) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test func `size and tokens are bounded where the limits say`() throws {
        _ = try JSON.parse("[1,2,3]", limits: JSONLimits(size: 7, tokens: 7))
        for limits in [JSONLimits(size: 6), JSONLimits(tokens: 6)] {
            let error = #expect(throws: JSONError.self) { try JSON.parse("[1,2,3]", limits: limits) }
            #expect(error?.code == .limitExceeded)
        }
    }

    @Test func `a value of 64 MiB parses`() throws {
        let text = "[\"" + String(repeating: "x", count: 64 << 20) + "\"]"
        #expect(try JSON.parse(text)[0]?.stringValue?.utf8.count == 64 << 20)
    }

    @Test func `salvaging reads null for numbers that cannot be held`() throws {
        let text = try JSONText(Array(#"{"return":{"a":inf,"b":99999999999999999999,"c":"inf"},"id":7}"#.utf8))
        #expect(try JSON.parseSalvaging(text) == ["return": ["a": .null, "b": .null, "c": "inf"], "id": 7])
    }
}
