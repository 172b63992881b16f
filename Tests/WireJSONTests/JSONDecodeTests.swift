import Testing
import WireJSON

@Suite struct JSONDecodeTests {
    @Test func `members are read with their types`() throws {
        let json: JSONObject = try JSON.parse(
            #"{"a":1,"b":"x","c":[1,2],"d":{"k":true},"e":18446744073709551615,"f":null,"g":2}"#
        ).decode()
        #expect(try json.value("a") as Int8 == 1)
        #expect(try json.value("b") as String == "x")
        #expect(try json.value("c") as [UInt16] == [1, 2])
        #expect(try json.value("d") as [String: Bool] == ["k": true])
        #expect(try json.value("e") as UInt64 == .max)
        #expect(try json.optionalValue("f") as Int? == nil)
        #expect(try json.optionalValue("f") as JSON? == .null)
        #expect(try json.optionalValue("z") as Int? == nil)
        #expect(try json.value("g") as Double == 2)
    }

    @Test(arguments: [
        (#"{}"#, JSONError.Code.missingMember, "list"),
        (#"{"list":1}"#, .typeMismatch, "list"),
        (#"{"list":[{"n":1},{"n":"x"}]}"#, .typeMismatch, "list[1].n"),
        (#"{"list":[{"n":1},{"n":256}]}"#, .outOfRange, "list[1].n"),
        (#"{"list":[{"n":-1}]}"#, .outOfRange, "list[0].n"),
    ])
    func `an error names the path of the value`(text: String, code: JSONError.Code, path: String) throws {
        struct Item: JSONDecodable {
            let n: UInt8
            init(json: JSON) throws(JSONError) { n = try JSONObject(json: json).value("n") }
        }
        let json: JSONObject = try JSON.parse(text).decode()
        let error = #expect(throws: JSONError.self) { try json.value("list") as [Item] }
        #expect(error?.code == code)
        #expect(error?.path == path)
    }

    @Test func `objects are equal whatever the order of their members`() throws {
        let one = try JSON.parse(#"{"a":1,"b":[2]}"#)
        let other = try JSON.parse(#"{"b":[2],"a":1}"#)
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1])
    }
}
