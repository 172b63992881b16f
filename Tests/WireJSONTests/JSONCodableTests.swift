import Testing
import WireJSON

private struct Everything: Codable, Equatable {
    struct Inner: Codable, Equatable {
        var name: String
        var next: [Inner]
    }

    enum Kind: String, Codable {
        case first = "the-first"
        case second
    }

    enum Choice: Codable, Equatable {
        case none
        case pair(Int8, label: String)
    }

    var signed: [Int64]
    var unsigned: [UInt64]
    var small: [Int8]
    var double: Double
    var float: Float
    var flag: Bool
    var text: String
    var absent: Int?
    var list: [[Int?]]
    var byName: [String: UInt64]
    var byNumber: [Int: String]
    var inner: Inner
    var kind: Kind
    var choices: [Choice]

    enum CodingKeys: String, CodingKey {
        case signed, unsigned, small, double, float, flag, text, absent, list, inner, kind, choices
        case byName = "by-name"
        case byNumber = "by-number"
    }
}

private class Base: Codable {
    var size: UInt64

    init(size: UInt64) { self.size = size }
}

private final class Derived: Base {
    var name: String

    init(size: UInt64, name: String) {
        self.name = name
        super.init(size: size)
    }

    private enum Keys: CodingKey { case name }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        name = try container.decode(String.self, forKey: .name)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
        try super.encode(to: container.superEncoder())
    }
}

private struct Silent: Codable {
    func encode(to encoder: any Encoder) {}
    init() {}
    init(from decoder: any Decoder) {}
}

@Suite struct JSONCodableTests {
    private let everything = Everything(
        signed: [.min, -1, 0, .max],
        unsigned: [0, UInt64(Int64.max), UInt64(Int64.max) + 1, .max],
        small: [.min, .max],
        double: 0.1,
        float: 0.1,
        flag: true,
        text: "ä\u{0}𝄞\"",
        absent: nil,
        list: [[], [1, nil, 3]],
        byName: ["max": .max],
        byNumber: [7: "seven"],
        inner: .init(name: "a", next: [.init(name: "b", next: [])]),
        kind: .first,
        choices: [.none, .pair(-3, label: "x")],
    )

    @Test func `what is encoded, written, parsed and decoded is what it was`() throws {
        let json = try JSON(encoding: everything)
        #expect(json["unsigned"] == [0, .integer(.max), .unsigned(UInt64(Int64.max) + 1), .unsigned(.max)])
        #expect(json["absent"] == nil)
        #expect(json["by-number"] == ["7": "seven"])
        #expect(json["kind"] == "the-first")
        let again = try JSON.parse(json.serialized()).decoded(as: Everything.self)
        #expect(again == everything)
    }

    @Test func `a value needs no container of its own`() throws {
        #expect(try JSON(encoding: UInt64.max) == .unsigned(.max))
        #expect(try JSON(encoding: [1, nil] as [Int?]) == [1, .null])
        #expect(try JSON(encoding: "text") == "text")
        #expect(try JSON(encoding: Int?.none) == .null)
        #expect(try JSON.unsigned(.max).decoded(as: UInt64.self) == .max)
        #expect(try JSON.null.decoded(as: Int?.self) == nil)
        #expect(try JSON.integer(3).decoded(as: Double.self) == 3)
    }

    @Test func `a subclass keeps its superclass beside it`() throws {
        let json = try JSON(encoding: Derived(size: .max, name: "n"))
        #expect(json == ["name": "n", "super": ["size": .unsigned(.max)]])
        let again = try json.decoded(as: Derived.self)
        #expect(again.size == .max)
        #expect(again.name == "n")
    }

    @Test(arguments: [
        (#"{"inner": {"name": "a", "next": [{"name": 5, "next": []}]}}"#, ["inner", "next", "0", "name"]),
        (#"{"inner": {"name": "a", "next": [{"next": []}]}}"#, ["inner", "next", "0"]),
        (#"{"inner": {"name": "a", "next": null}}"#, ["inner", "next"]),
        (#"{"inner": 1}"#, ["inner"]),
    ])
    func `an error says where`(text: String, path: [String]) throws {
        struct Outer: Decodable { let inner: Everything.Inner }
        let error = #expect(throws: DecodingError.self) { try JSON.parse(text).decoded(as: Outer.self) }
        #expect(error?.codingPath.map(\.stringValue) == path)
    }

    @Test func `a number that does not fit is an error and never another number`() throws {
        for (json, isDecodable) in [(JSON.integer(255), true), (256, false), (-1, false), (.double(1.5), false)] {
            let result = Result { try json.decoded(as: UInt8.self) }
            #expect(((try? result.get()) != nil) == isDecodable, "\(json)")
        }
        #expect(throws: DecodingError.self) { try JSON.unsigned(.max).decoded(as: Int64.self) }
        #expect(throws: DecodingError.self) { try JSON.parse("[1]").decoded(as: (Pair).self) }
        #expect(throws: EncodingError.self) { try JSON(encoding: Silent()) }
    }

    private struct Pair: Decodable {
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(Int.self)
            _ = try container.decode(Int.self)
        }
    }
}

extension DecodingError {
    fileprivate var codingPath: [any CodingKey] {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }
}
