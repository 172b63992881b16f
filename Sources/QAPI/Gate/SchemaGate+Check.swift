import QAPISchema
public import QMPCore
public import WireJSON

extension SchemaGate {
    /// Checks a command's arguments before they are sent.
    ///
    /// - Returns: What is deprecated or unstable in them, with its path.
    /// - Throws: ``QMPCore/QMPError`` with code `unsupported` for the first command, member or value that this QEMU does not
    ///   know, and with code `invalidArguments` for a member that is missing or has another JSON type. The message
    ///   has the path and, if the compiled schema knows it, the first QEMU that has the thing.
    public func check(_ command: String, _ arguments: JSONObject) throws(QMPError) -> [SchemaWarning] {
        guard let info = live.command(command) else {
            let since = since(compiled.definition(command)?.since, last: compiled.definition(command)?.last)
            throw QMPError(.unsupported, command: command, "this QEMU does not have the command\(since)")
        }
        var check = ArgumentCheck(gate: self, command: command)
        check.note(live.features(of: command), at: "")
        try check.object(
            arguments,
            type: info.argType,
            compiled: compiled.definition(command),
            isOpen: compiled.command(command)?.isOpen ?? false,
            at: "",
        )
        return check.warnings
    }

    /// As in `: it was added in QEMU 9.0`; empty when the compiled schema does not know.
    fileprivate func since(_ since: String?, last: String?) -> String {
        if let last {
            return ": QEMU \(last) has it" + (compiled.schema.successor(of: last).map { ", QEMU \($0) does not" } ?? "")
        }
        return since.map { ": it was added in QEMU \($0)" } ?? ""
    }
}

/// One pass over a command's arguments, the running QEMU's types and the compiled types if there are any.
private struct ArgumentCheck {
    let gate: SchemaGate
    let command: String
    var warnings: [SchemaWarning] = []

    mutating func note(_ features: [String]?, at path: String) {
        for reason in [SchemaWarning.Reason.deprecated, .unstable] where features?.contains(reason.rawValue) ?? false {
            warnings.append(SchemaWarning(path: path.isEmpty ? command : "\(command): \(path)", reason: reason))
        }
    }

    mutating func object(
        _ object: JSONObject,
        type: String,
        compiled: Schema.Definition?,
        isOpen: Bool = false,
        at path: String,
    ) throws(QMPError) {
        guard let info = gate.live.object(type) else { return }
        var members = info.members
        var known = compiled.map(gate.compiled.members(of:)) ?? []
        // Check the tags first: without the right branch all its members would look wrong.
        var tags: Set<String> = []
        var union: (live: SchemaInfoObject, compiled: Schema.Definition?)? = (info, compiled)
        while let current = union, let tag = current.live.tag {
            union = nil
            guard let declared = current.live.members.first(where: { $0.name == tag }) else { break }
            let isGiven = try member(declared, of: object, known, at: path)
            guard isGiven, let value = object[tag]?.stringValue else { break }
            tags.insert(tag)
            let fact = current.compiled.flatMap { branch($0, value) }
            known += fact.map(gate.compiled.members(of:)) ?? []
            guard let branch = gate.live.branch(current.live, value).flatMap(gate.live.object) else { break }
            members += branch.members
            union = (branch, fact)
        }
        for member in object.members where !tags.contains(member.name) {
            guard !members.contains(where: { $0.name == member.name }) else { continue }
            if isOpen { continue }
            let fact = known.first { $0.name == member.name }
            let since = gate.since(fact?.since, last: fact?.last)
            let place = Self.place(member.name, in: path)
            throw QMPError(.unsupported, command: command, "\(place): this QEMU does not have the member\(since)")
        }
        for declared in members where !tags.contains(declared.name) {
            _ = try member(declared, of: object, known, at: path)
        }
    }

    /// Checks the value that the object gives the member.
    ///
    /// - Returns: Whether it gives one.
    private mutating func member(
        _ declared: SchemaInfoObjectMember,
        of object: JSONObject,
        _ known: [Schema.Member],
        at path: String,
    ) throws(QMPError) -> Bool {
        let place = Self.place(declared.name, in: path)
        guard let json = object[declared.name] else {
            if declared.default != nil { return false }
            throw QMPError(.invalidArguments, command: command, "\(place): the member is missing")
        }
        note(declared.features, at: place)
        let fact = known.first { $0.name == declared.name }
        try value(json, type: declared.type, compiled: fact?.type, at: place)
        return true
    }

    private func branch(_ definition: Schema.Definition, _ value: String) -> Schema.Definition? {
        let branch = gate.compiled.union(of: definition)?.branches.first { $0.name == value }
        return branch.flatMap { gate.compiled.definition($0.type.name) }
    }

    private static func place(_ name: String, in path: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private mutating func value(
        _ json: JSON,
        type: String,
        compiled: Schema.TypeName?,
        at path: String,
    ) throws(QMPError) {
        switch gate.live.info(type)?.branch {
        case .object:
            guard case .object(let members) = json else { throw mismatch("an object", at: path) }
            try object(members, type: type, compiled: compiled.flatMap { gate.compiled.definition($0.name) }, at: path)
        case .array(let array):
            guard case .array(let elements) = json else { throw mismatch("an array", at: path) }
            for (index, element) in elements.enumerated() {
                try value(element, type: array.elementType, compiled: compiled?.element, at: "\(path)[\(index)]")
            }
        case .enum:
            guard case .string(let text) = json else { throw mismatch("a string", at: path) }
            try enumValue(text, type: type, compiled: compiled, at: path)
        case .builtin(let builtin):
            guard builtin.jsonType.holds(json) else { throw mismatch("\(builtin.jsonType)", at: path) }
        case .alternate(let alternate):
            guard let choice = alternate.members.first(where: { holds(json, type: $0.type) }) else {
                throw mismatch("what this member takes", at: path)
            }
            try value(json, type: choice.type, compiled: self.choice(of: compiled, for: json), at: path)
        case .command, .event, .unknown, nil:
            return
        }
    }

    private mutating func enumValue(
        _ text: String,
        type: String,
        compiled: Schema.TypeName?,
        at path: String,
    ) throws(QMPError) {
        guard let declared = gate.live.values(type)?.first(where: { $0.name == text }) else {
            var since = ""
            if let name = compiled?.name, case .enumeration(let values)? = gate.compiled.definition(name)?.kind {
                let value = values.first { $0.name == text }
                since = gate.since(value?.since, last: value?.last)
            }
            throw QMPError(.unsupported, command: command, "\(path): this QEMU does not have the value \(text)\(since)")
        }
        note(declared.features, at: "\(path)=\(text)")
    }

    /// The compiled alternate's choice for a value of that JSON type.
    private func choice(of type: Schema.TypeName?, for json: JSON) -> Schema.TypeName? {
        guard let type, case .alternate(let branches)? = gate.compiled.definition(type.name)?.kind else { return nil }
        switch json {
        case .object:
            return branches.map(\.type).first { name in
                gate.compiled.definition(name.name).map {
                    gate.compiled.union(of: $0) != nil || !gate.compiled.members(of: $0).isEmpty
                }
                    ?? false
            }
        case .array: return branches.map(\.type).first(where: \.isArray)
        case .null, .bool, .integer, .unsigned, .double, .string: return branches.map(\.type).first { !$0.isArray }
        }
    }

    private func holds(_ json: JSON, type: String) -> Bool {
        switch (gate.live.info(type)?.branch, json) {
        case (.object, .object), (.array, .array), (.enum, .string): true
        case (.builtin(let builtin), _): builtin.jsonType.holds(json)
        default: false
        }
    }

    private func mismatch(_ expected: String, at path: String) -> QMPError {
        QMPError(.invalidArguments, command: command, "\(path): must be \(expected)")
    }
}

extension JSONType {
    /// Whether the value is of this JSON type; a whole number is also a number.
    fileprivate func holds(_ json: JSON) -> Bool {
        switch json {
        case .null: self == .null || self == .value
        case .bool: self == .boolean || self == .value
        case .integer, .unsigned: self == .int || self == .number || self == .value
        case .double: self == .number || self == .value
        case .string: self == .string || self == .value
        case .array: self == .array || self == .value
        case .object: self == .object || self == .value
        }
    }
}
