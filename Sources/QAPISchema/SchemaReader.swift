public import WireJSON

/// Reads the files of schemas/.
public enum SchemaReader {
    /// Reads one version's facts.
    /// - Throws: ``WireJSON/JSONError`` with the path of what is missing or has another shape.
    public static func read(_ json: JSON) throws(JSONError) -> Schema {
        let file = try JSONObject(json: json)
        let format: Int = try file.value("format")
        guard format == 1 else { throw JSONError(.typeMismatch, "is \(format), this reader knows 1", path: "format") }
        let interfaceName: String = try file.value("interface")
        guard let interface = Schema.Interface(rawValue: interfaceName) else {
            throw JSONError(.typeMismatch, "is \(interfaceName), not qmp or qga", path: "interface")
        }
        let modules: JSONObject = try file.value("modules")
        let newest: String = try file.value("qemu")
        let older: [String] = try file.optionalValue("older") ?? []
        var schema = Schema(interface: interface, versions: [newest] + older, modules: [])
        for module in modules.members {
            var definitions: [Schema.Definition] = []
            for object in try [JSONObject](json: module.value) {
                let name: String = try object.value("name")
                do throws(JSONError) {
                    definitions.append(try definition(object, name: name))
                } catch {
                    throw error.inside(name).inside(module.name).inside("modules")
                }
            }
            schema.modules.append(Schema.Module(name: module.name, definitions: definitions))
        }
        return schema
    }

    private static func definition(_ object: JSONObject, name: String) throws(JSONError) -> Schema.Definition {
        Schema.Definition(
            name: name,
            kind: try kind(object),
            since: try object.optionalValue("since"),
            last: try object.optionalValue("last"),
            features: try features(object),
            condition: try object.optionalValue("if"),
        )
    }

    private static func kind(_ object: JSONObject) throws(JSONError) -> Schema.Definition.Kind {
        let kind: String = try object.value("kind")
        switch kind {
        case "enum":
            return .enumeration(try list(object, "values", enumValue))
        case "struct":
            return .structure(base: try object.optionalValue("base"), members: try list(object, "members", member))
        case "union":
            return .union(
                Schema.Union(
                    base: try object.optionalValue("base"),
                    discriminator: try object.value("discriminator"),
                    members: try list(object, "members", member),
                    branches: try list(object, "branches", branch),
                    untagged: try object.optionalValue("untagged"),
                )
            )
        case "alternate":
            return .alternate(try list(object, "branches", branch))
        case "command":
            return .command(try command(object))
        case "event":
            return .event(try payload(object))
        default:
            throw JSONError(.typeMismatch, "is not a kind of definition: \(kind)", path: "kind")
        }
    }

    private static func command(_ object: JSONObject) throws(JSONError) -> Schema.Command {
        let returns: String? = try object.optionalValue("returns")
        return Schema.Command(
            payload: try payload(object),
            returns: returns.map(Schema.TypeName.init),
            allowsOutOfBand: try object.optionalValue("oob") ?? false,
            allowsPreconfig: try object.optionalValue("preconfig") ?? false,
            isSilent: try object.optionalValue("silent") ?? false,
            isOpen: try object.optionalValue("open") ?? false,
        )
    }

    private static func payload(_ object: JSONObject) throws(JSONError) -> Schema.Payload {
        if let type: String = try object.optionalValue("arguments") { return .type(type) }
        return .members(try list(object, "members", member))
    }

    private static func enumValue(_ object: JSONObject) throws(JSONError) -> Schema.EnumValue {
        Schema.EnumValue(
            name: try object.value("name"),
            since: try object.optionalValue("since"),
            last: try object.optionalValue("last"),
            features: try features(object),
            condition: try object.optionalValue("if"),
        )
    }

    private static func member(_ object: JSONObject) throws(JSONError) -> Schema.Member {
        Schema.Member(
            name: try object.value("name"),
            type: Schema.TypeName(try object.value("type")),
            isOptional: try object.optionalValue("optional") ?? false,
            since: try object.optionalValue("since"),
            last: try object.optionalValue("last"),
            standard: try object.optionalValue("default"),
            features: try features(object),
            condition: try object.optionalValue("if"),
        )
    }

    private static func branch(_ object: JSONObject) throws(JSONError) -> Schema.Branch {
        Schema.Branch(
            name: try object.value("name"),
            type: Schema.TypeName(try object.value("type")),
            features: try features(object),
            condition: try object.optionalValue("if"),
        )
    }

    private static func features(_ object: JSONObject) throws(JSONError) -> [String] {
        try object.optionalValue("features") ?? []
    }

    private static func list<Element>(
        _ object: JSONObject,
        _ name: String,
        _ read: (JSONObject) throws(JSONError) -> Element,
    ) throws(JSONError) -> [Element] {
        let objects: [JSONObject] = try object.optionalValue(name) ?? []
        var elements: [Element] = []
        for object in objects { elements.append(try read(object)) }
        return elements
    }
}
