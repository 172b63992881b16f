extension JSON {
    /// The text; nil if the value is not a string.
    public var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The truth value; nil if the value is not a Boolean.
    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The whole number; nil if the value is not one or does not fit `Int`.
    public var intValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(exactly: value)
    }

    /// The elements; nil if the value is not an array.
    public var arrayValue: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members; nil if the value is not an object.
    public var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// The member of that name; nil if there is none or the value is not an object.
    public subscript(name: String) -> JSON? { objectValue?[name] }

    /// The element at that index; nil if there is none or the value is not an array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Reads the value as `type`.
    public func decode<Value: JSONDecodable>(as type: Value.Type = Value.self) throws(JSONError) -> Value {
        try Value(json: self)
    }
}
