extension JSON {
    /// The text; nil when the value is no string.
    public var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The truth value; nil when the value is no Boolean.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The whole number; nil when the value is none or does not fit `Int`.
    public var intValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(exactly: value)
    }

    /// The elements; nil when the value is no array.
    public var arrayValue: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members; nil when the value is no object.
    public var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// The member of that name; nil when there is none or the value is no object.
    public subscript(name: String) -> JSON? { objectValue?[name] }

    /// The element at that index; nil when there is none or the value is no array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Reads the value as `type`.
    public func decode<Value: JSONDecodable>(as type: Value.Type = Value.self) throws(JSONError) -> Value {
        try Value(json: self)
    }
}
