extension JSON: JSONDecodable, JSONEncodable {
    /// Takes the value as it is.
    public init(json: JSON) { self = json }

    /// The value itself.
    public var json: JSON { self }
}

extension JSONObject: JSONDecodable, JSONEncodable {
    /// Reads an object; any other value is an error.
    public init(json: JSON) throws(JSONError) {
        guard case .object(let object) = json else { throw .mismatch(json, expected: "an object") }
        self = object
    }

    /// The object as a value.
    public var json: JSON { .object(self) }
}

extension Bool: JSONDecodable, JSONEncodable {
    /// Reads `true` or `false`; any other value is an error.
    public init(json: JSON) throws(JSONError) {
        guard case .bool(let value) = json else { throw .mismatch(json, expected: "true or false") }
        self = value
    }

    /// The value as `true` or `false`.
    public var json: JSON { .bool(self) }
}

extension String: JSONDecodable, JSONEncodable {
    /// Reads a string; any other value is an error.
    public init(json: JSON) throws(JSONError) {
        guard case .string(let value) = json else { throw .mismatch(json, expected: "a string") }
        self = value
    }

    /// The text as a JSON string.
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

    /// The number as a double, also where it is whole.
    public var json: JSON { .double(self) }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    /// Reads an array.
    ///
    /// - Throws: ``JSONError`` when it is not an array, or with the path of the element that cannot be read.
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
    /// The elements in their order.
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
