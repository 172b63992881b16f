extension Dictionary: JSONDecodable where Key == String, Value: JSONDecodable {
    /// Reads an object, each member as a value under its name.
    ///
    /// - Throws: ``JSONError`` when it is not an object, or with the path of a member that cannot be read.
    public init(json: JSON) throws(JSONError) {
        guard case .object(let object) = json else { throw .mismatch(json, expected: "an object") }
        self.init()
        for member in object.members {
            do throws(JSONError) {
                self[member.name] = try Value(json: member.value)
            } catch {
                throw error.inside(member.name)
            }
        }
    }
}

extension Dictionary: JSONEncodable where Key == String, Value: JSONEncodable {
    /// The members in the order of their names, so that the same dictionary gives the same bytes.
    public var json: JSON {
        .object(
            JSONObject(
                uniqueMembers: sorted { $0.key < $1.key }.map { JSONObject.Member(name: $0.key, value: $0.value.json) }
            )
        )
    }
}
