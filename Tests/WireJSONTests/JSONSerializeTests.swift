import Testing
import WireJSON

@Suite struct JSONSerializeTests {
    @Test(
        arguments: [
            (JSON.null, "null"),
            (["b": 1, "a": [true, false]], #"{"b":1,"a":[true,false]}"#),
            (.unsigned(.max), "18446744073709551615"),
            (.integer(.min), "-9223372036854775808"),
            (["a\0\n\"\\\u{7F}é😀"], "[\"a\\u0000\\u000a\\\"\\\\\\u007fé😀\"]"),
            (.double(0.1), "0.1"),
            (.double(1e300), "1e+300"),
            (.double(2), "2.0"),
        ] as [(JSON, String)]
    )
    func `a value is written on one line`(value: JSON, text: String) throws {
        #expect(try String(decoding: value.serialized(), as: UTF8.self) == text)
        #expect(try JSON.parse(text) == value)
    }

    @Test func `doubles read back as themselves`() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            #expect(try JSON.parse(JSON.double(value).serialized()) == .double(value))
        }
    }

    @Test func `a double that is not finite is refused with its path`() {
        let value: JSON = ["arguments": ["speeds": [1, .double(.infinity)]]]
        let error = #expect(throws: JSONError.self) { try value.serialized() }
        #expect(error?.code == .nonFiniteNumber)
        #expect(error?.path == "arguments.speeds[1]")
    }

    @Test func `pretty text is indented by two spaces`() throws {
        let value: JSON = ["a": [1, [:]], "b": []]
        #expect(
            try value.prettyText() == """
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": []
                }
                """
        )
    }
}
