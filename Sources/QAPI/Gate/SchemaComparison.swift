import QAPISchema

/// What a running QEMU says of itself, held beside the compiled schema from commands and events down.
///
/// QEMU masks the names of types, so both sides are followed at once: which of its types is which comes out of that.
public struct SchemaComparison: Sendable {
    private let live: LiveSchema
    private let compiled: CompiledSchema
    private var seen: Set<String> = []
    private var liveTypes: [String: Set<String>] = [:]
    /// One line for each thing that QEMU has and the compiled schema lacks or tells otherwise.
    public private(set) var differences: [String] = []
    /// One line for each feature that the compiled schema gives a thing and QEMU does not.
    public private(set) var missingFeatures: [String] = []
    /// How many members QEMU's objects have.
    public private(set) var memberCount: Int = 0
    /// How many values QEMU's enums have.
    public private(set) var valueCount: Int = 0

    /// Compares the two schemas at once.
    public init(_ live: LiveSchema, _ compiled: CompiledSchema = .shared) {
        self.live = live
        self.compiled = compiled
        walk()
    }

    /// The masked types of QEMU that are the compiled one, or the arguments of a command or event of that name.
    public func types(of name: String) -> Set<String> { liveTypes[name] ?? [] }

    private mutating func walk() {
        for info in live.infos {
            switch info.branch {
            case .command(let command):
                guard let known = compiled.command(info.name), let definition = compiled.definition(info.name) else {
                    differences.append("command \(info.name) is missing")
                    continue
                }
                compare(info.features, definition.features, info.name)
                if command.allowOob ?? false, !known.allowsOutOfBand {
                    differences.append("\(info.name) may run out of band")
                }
                walk(object: command.argType, definition, info.name)
                if let returns = known.returns {
                    walk(type: command.retType, returns, "\(info.name) returns")
                } else if live.object(command.retType)?.members.isEmpty != true {
                    differences.append("\(info.name) returns something")
                }
            case .event(let event):
                guard let definition = compiled.definition(info.name) else {
                    differences.append("event \(info.name) is missing")
                    continue
                }
                compare(info.features, definition.features, info.name)
                walk(object: event.argType, definition, info.name)
            case .builtin, .enum, .array, .object, .alternate:
                continue
            case .unknown(let kind, _):
                differences.append("\(info.name) is of the unknown kind \(kind)")
            }
        }
    }

    private mutating func walk(type: String, _ known: Schema.TypeName, _ path: String) {
        guard seen.insert("\(type) \(known.spelling)").inserted else { return }
        switch live.info(type)?.branch {
        case .array(let array):
            guard let element = known.element else { return differ(path, "is an array, not \(known.spelling)") }
            walk(type: array.elementType, element, path + "[]")
        case .builtin(let builtin):
            let expected = known.isInteger ? "int" : Self.jsonTypes[known.name]
            if known.isArray || (builtin.jsonType.rawValue != expected && !takesText(known, builtin.jsonType)) {
                differ(path, "is \(builtin.jsonType), not \(known.spelling)")
            }
        case .enum:
            walk(enum: type, known, path)
        case .alternate(let alternate):
            guard case .alternate(let branches)? = compiled.definition(known.name)?.kind else {
                return differ(path, "is an alternate, not \(known.spelling)")
            }
            for member in alternate.members {
                let choice = branches.first { isSameJSON($0.type, as: member.type) }
                guard let choice else { return differ(path, "\(known.name) lacks a choice") }
                walk(type: member.type, choice.type, "\(path)(\(choice.name))")
            }
        case .object:
            guard !known.isArray, let definition = compiled.definition(known.name) else {
                return differ(path, "is an object, not \(known.spelling)")
            }
            compare(live.features(of: type), definition.features, path)
            walk(object: type, definition, path)
        case .command, .event, .unknown, nil:
            differ(path, "is not a type")
        }
    }

    private mutating func walk(enum type: String, _ known: Schema.TypeName, _ path: String) {
        guard case .enumeration(let values)? = compiled.definition(known.name)?.kind else {
            return differ(path, "is an enum, not \(known.spelling)")
        }
        liveTypes[known.name, default: []].insert(type)
        for value in live.values(type) ?? [] {
            valueCount += 1
            guard let fact = values.first(where: { $0.name == value.name }) else {
                differ(path, "\(known.name) lacks \(value.name)")
                continue
            }
            compare(value.features, fact.features, "\(path)=\(value.name)")
        }
    }

    private mutating func walk(object type: String, _ definition: Schema.Definition, _ path: String) {
        guard let object = live.object(type) else { return differ(path, "is not an object") }
        liveTypes[definition.name, default: []].insert(type)
        if let payload = definition.payloadType {
            liveTypes[payload, default: []].insert(type)
            compare(live.features(of: type), compiled.definition(payload)?.features ?? [], path)
        }
        let members = compiled.members(of: definition) + untaggedMembers(of: definition)
        for member in object.members {
            memberCount += 1
            guard let known = members.first(where: { $0.name == member.name }) else {
                differ(path, "member \(member.name) is missing")
                continue
            }
            if member.default != nil, !known.isOptional { differ("\(path).\(member.name)", "is optional") }
            compare(member.features, known.features, "\(path).\(member.name)")
            walk(type: member.type, known.type, "\(path).\(member.name)")
        }
        let branches = compiled.union(of: definition)?.branches ?? []
        for variant in object.variants ?? [] {
            if let branch = branches.first(where: { $0.name == variant.case }) {
                walk(type: variant.type, branch.type, "\(path)(\(variant.case))")
            } else if live.object(variant.type)?.members.isEmpty != true {
                differ(path, "branch \(variant.case) is missing")
            }
        }
    }

    /// The members of the branch that an object without a discriminator is read as.
    private func untaggedMembers(of definition: Schema.Definition) -> [Schema.Member] {
        guard let union = compiled.union(of: definition), let untagged = union.untagged,
            let branch = union.branches.first(where: { $0.name == untagged })
        else { return [] }
        return compiled.definition(branch.type.name).map(compiled.members(of:)) ?? []
    }

    private mutating func compare(_ features: [String]?, _ known: [String], _ path: String) {
        let features = features ?? []
        for feature in features where !known.contains(feature) { differ(path, "has the feature \(feature)") }
        for feature in known where !features.contains(feature) { missingFeatures.append("\(path): \(feature)") }
    }

    private mutating func differ(_ path: String, _ text: String) { differences.append("\(path): \(text)") }

    /// A member that was a string in an older QEMU and may be more in a newer: both are read.
    private func takesText(_ known: Schema.TypeName, _ type: JSONType) -> Bool {
        switch compiled.definition(known.name)?.kind {
        case .enumeration: type == .string
        case .alternate(let branches): type == .string && branches.contains { $0.type.name == "str" }
        default: false
        }
    }

    private func isSameJSON(_ known: Schema.TypeName, as type: String) -> Bool {
        switch live.info(type)?.branch {
        case .array: known.isArray
        case .builtin(let builtin): builtin.jsonType.rawValue == (known.isInteger ? "int" : Self.jsonTypes[known.name])
        case .enum: if case .enumeration? = compiled.definition(known.name)?.kind { true } else { false }
        case .object: !known.isBuiltIn && !known.isArray && !compiled.isEnum(known.name)
        case .alternate, .command, .event, .unknown, nil: false
        }
    }

    private static let jsonTypes: [String: String] = [
        "any": "value", "bool": "boolean", "null": "null", "number": "number", "str": "string",
    ]
}

extension CompiledSchema {
    fileprivate func isEnum(_ name: String) -> Bool {
        if case .enumeration? = definition(name)?.kind { true } else { false }
    }
}

extension Schema.Definition {
    /// The type whose members a command takes or an event carries; nil where they are declared in place.
    fileprivate var payloadType: String? {
        switch kind {
        case .command(let command): if case .type(let name) = command.payload { name } else { nil }
        case .event(let payload): if case .type(let name) = payload { name } else { nil }
        case .enumeration, .structure, .union, .alternate: nil
        }
    }
}
