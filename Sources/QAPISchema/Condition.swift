public import WireJSON

extension Schema {
    /// What QEMU must have been built with to have a thing.
    public indirect enum Condition: Sendable, Hashable, CustomStringConvertible {
        /// A symbol of QEMU's configuration, as in `CONFIG_LINUX`.
        case symbol(String)
        /// All of these hold.
        case all([Condition])
        /// At least one of these holds.
        case any([Condition])
        /// This does not hold.
        case not(Condition)

        /// As in `CONFIG_LINUX and not CONFIG_X`.
        public var description: String {
            switch self {
            case .symbol(let name): name
            case .all(let parts): parts.map(\.operand).joined(separator: " and ")
            case .any(let parts): parts.map(\.operand).joined(separator: " or ")
            case .not(let part): "not \(part.operand)"
            }
        }

        private var operand: String {
            switch self {
            case .symbol, .not: description
            case .all, .any: "(\(description))"
            }
        }
    }
}

extension Schema.Condition: JSONDecodable, JSONEncodable {
    /// Reads a condition as QAPI writes it: a symbol, or an object with `all`, `any` or `not`.
    public init(json: JSON) throws(JSONError) {
        if case .string(let name) = json {
            self = .symbol(name)
            return
        }
        let object = try JSONObject(json: json)
        if let parts: [Self] = try object.optionalValue("all") {
            self = .all(parts)
        } else if let parts: [Self] = try object.optionalValue("any") {
            self = .any(parts)
        } else {
            self = .not(try object.value("not"))
        }
    }

    /// The condition as QAPI writes it: a symbol, or an object with `all`, `any` or `not`.
    public var json: JSON {
        switch self {
        case .symbol(let name): .string(name)
        case .all(let parts): ["all": .array(parts.map(\.json))]
        case .any(let parts): ["any": .array(parts.map(\.json))]
        case .not(let part): ["not": part.json]
        }
    }
}
