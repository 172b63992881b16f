// For types of users' own. QEMU's types have `init(json:)` and `json` of their own, which cost a fraction of this.

extension JSON {
    /// Encodes any value; integers are exact over all of Int64 and UInt64.
    ///
    /// - Throws: `EncodingError` with the coding path when a value encodes nothing or an integer needs more than 64 bits,
    ///   and whatever the value's own `encode(to:)` throws.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONValueEncoder(codingPath: [])
        self = try encoder.encode(value)
    }

    /// Decodes any value; members that the type does not ask for are ignored.
    ///
    /// - Throws: `DecodingError` with the coding path when a member is missing, has another type, or is a number that
    ///   does not fit, and whatever the type's own `init(from:)` throws.
    public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try JSONValueDecoder(json: self, codingPath: []).decode(type)
    }
}
