extension JSON: JSONDecodable, JSONEncodable {
    public init(json: JSON) { self = json }

    public var json: JSON { self }
}

extension JSONObject: JSONDecodable, JSONEncodable {
    public init(json: JSON) throws(JSONError) {
        guard case .object(let object) = json else { throw .mismatch(json, expected: "an object") }
        self = object
    }

    public var json: JSON { .object(self) }
}

extension Bool: JSONDecodable, JSONEncodable {
    public init(json: JSON) throws(JSONError) {
        guard case .bool(let value) = json else { throw .mismatch(json, expected: "true or false") }
        self = value
    }

    public var json: JSON { .bool(self) }
}

extension String: JSONDecodable, JSONEncodable {
    public init(json: JSON) throws(JSONError) {
        guard case .string(let value) = json else { throw .mismatch(json, expected: "a string") }
        self = value
    }

    public var json: JSON { .string(self) }
}

extension Double: JSONDecodable, JSONEncodable {
    /// Reads any number; a whole number above 2^53 is rounded to the nearest double.
    public init(json: JSON) throws(JSONError) {
        switch json {
        case .double(let value): self = value
        case .integer(let value): self = Double(value)
        case .unsigned(let value): self = Double(value)
        case .null, .bool, .string, .array, .object: throw .mismatch(json, expected: "a number")
        }
    }

    public var json: JSON { .double(self) }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    public init(json: JSON) throws(JSONError) {
        guard case .array(let elements) = json else { throw .mismatch(json, expected: "an array") }
        self = []
        reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(JSONError) {
                append(try Element(json: element))
            } catch {
                throw error.inside("[\(index)]")
            }
        }
    }
}

extension Array: JSONEncodable where Element: JSONEncodable {
    public var json: JSON { .array(map(\.json)) }
}

extension JSONError {
    /// The value has another type than expected.
    public static func mismatch(_ json: JSON, expected: String) -> Self {
        Self(.typeMismatch, "expected \(expected), found \(json.kind)")
    }

    /// The same error with its path seen from one level further out.
    /// - Parameter step: A member's name, or an index as in `[3]`.
    public func inside(_ step: String) -> Self {
        let joined = path.isEmpty || path.hasPrefix("[") ? step + path : "\(step).\(path)"
        return Self(code, message, path: joined, offset: offset)
    }
}

extension JSON {
    /// What kind of value this is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned: "a whole number"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON {
    /// A number as it is written, for messages; empty for what is no number.
    var numberText: String {
        switch self {
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .double(let value): "\(value)"
        case .null, .bool, .string, .array, .object: ""
        }
    }
}
