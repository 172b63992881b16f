public import WireJSON

extension Schema {
    /// The facts in the format of schemas/, as ``SchemaReader`` reads them.
    public var json: JSON {
        var file: JSONObject = [:]
        file.set("format", 1)
        file.set("interface", interface.rawValue)
        file.set("qemu", versions[0])
        if versions.count > 1 { file.set("older", Array(versions.dropFirst())) }
        var content: JSONObject = [:]
        for module in modules { content[module.name] = .array(module.definitions.map(\.json)) }
        file["modules"] = .object(content)
        return .object(file)
    }
}

extension Schema.Definition {
    /// The definition in the format of schemas/.
    public var json: JSON {
        var object: JSONObject = [:]
        object.set("kind", kind.name)
        object.set("name", name)
        object.setFacts(since: since, last: last, features: features, condition)
        switch kind {
        case .enumeration(let values):
            object.set("values", values.map(\.json))
        case .structure(let base, let members):
            object.set("base", base)
            object.set("members", members.map(\.json))
        case .union(let union):
            object.set("base", union.base)
            object.set("discriminator", union.discriminator)
            object.set("untagged", union.untagged)
            object.set("members", union.members.map(\.json))
            object.set("branches", union.branches.map(\.json))
        case .alternate(let branches):
            object.set("branches", branches.map(\.json))
        case .command(let command):
            object.set("returns", command.returns?.spelling)
            if command.allowsOutOfBand { object.set("oob", true) }
            if command.allowsPreconfig { object.set("preconfig", true) }
            if command.isSilent { object.set("silent", true) }
            if command.isOpen { object.set("open", true) }
            object.set(command.payload)
        case .event(let payload):
            object.set(payload)
        }
        return .object(object)
    }
}

extension Schema.Definition.Kind {
    /// The word of schemas/ for the kind.
    public var name: String {
        switch self {
        case .enumeration: "enum"
        case .structure: "struct"
        case .union: "union"
        case .alternate: "alternate"
        case .command: "command"
        case .event: "event"
        }
    }
}

extension JSONObject {
    fileprivate mutating func setFacts(
        since: String?,
        last: String?,
        features: [String],
        _ condition: Schema.Condition?,
    ) {
        set("since", since)
        set("last", last)
        if !features.isEmpty { set("features", features) }
        set("if", condition)
    }

    fileprivate mutating func set(_ payload: Schema.Payload) {
        switch payload {
        case .members(let members) where members.isEmpty: break
        case .members(let members): set("members", members.map(\.json))
        case .type(let name): set("arguments", name)
        }
    }
}

extension Schema.EnumValue {
    fileprivate var json: JSON {
        var object: JSONObject = [:]
        object.set("name", name)
        object.setFacts(since: since, last: last, features: features, condition)
        return .object(object)
    }
}

extension Schema.Member {
    fileprivate var json: JSON {
        var object: JSONObject = [:]
        object.set("name", name)
        object.set("type", type.spelling)
        if isOptional { object.set("optional", true) }
        object.set("default", standard)
        object.setFacts(since: since, last: last, features: features, condition)
        return .object(object)
    }
}

extension Schema.Branch {
    fileprivate var json: JSON {
        var object: JSONObject = [:]
        object.set("name", name)
        object.set("type", type.spelling)
        object.setFacts(since: nil, last: nil, features: features, condition)
        return .object(object)
    }
}
