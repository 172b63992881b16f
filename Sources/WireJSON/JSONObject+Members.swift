extension JSONObject {
    /// Reads the member of that name.
    /// - Throws: ``JSONError`` with the member's path if it is missing or has another type.
    public func value<Value: JSONDecodable>(_ name: String) throws(JSONError) -> Value {
        guard let json = self[name] else { throw JSONError(.missingMember, "member is missing", path: name) }
        do throws(JSONError) {
            return try Value(json: json)
        } catch {
            throw error.inside(name)
        }
    }

    /// Reads the member of that name; nil when it is missing, or null for a type that null does not spell.
    /// - Throws: ``JSONError`` with the member's path if it has another type.
    public func optionalValue<Value: JSONDecodable>(_ name: String) throws(JSONError) -> Value? {
        guard let json = self[name] else { return nil }
        do throws(JSONError) {
            return try Value(json: json)
        } catch {
            if json == .null { return nil }
            throw error.inside(name)
        }
    }

    /// Writes the member of that name.
    public mutating func set<Value: JSONEncodable>(_ name: String, _ value: Value) {
        self[name] = value.json
    }

    /// Writes the member of that name; nil leaves it out.
    public mutating func set<Value: JSONEncodable>(_ name: String, _ value: Value?) {
        if let value { self[name] = value.json }
    }
}

extension JSONObject {
    /// Adds the members whose names are not there yet.
    public mutating func setMissing(from other: JSONObject) {
        for member in other.members where self[member.name] == nil { self[member.name] = member.value }
    }
}
