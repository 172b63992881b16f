/// The compiled schema together with that of a running QEMU: it knows what this QEMU has before a command is sent.
public struct SchemaGate: Sendable {
    /// What the running QEMU says of its interface.
    public let live: LiveSchema
    /// The schema that this package was compiled with.
    public let compiled: CompiledSchema

    /// Joins the schema of a running QEMU with the compiled one.
    public init(_ live: LiveSchema, compiled: CompiledSchema = .shared) {
        self.live = live
        self.compiled = compiled
    }

    /// Whether this QEMU has the command, as in `snapshot-save`.
    public func supports(command: String) -> Bool { live.command(command) != nil }

    /// Whether this QEMU has the event, as in `MEMORY_FAILURE`.
    public func supports(event: String) -> Bool { live.event(event) != nil }

    /// Whether this QEMU's command takes the member.
    ///
    /// - Parameter argument: The path of a member, as in `file.filename`; in a union, any branch may have it.
    public func supports(command: String, argument: String) -> Bool {
        !types(of: argument, in: command).isEmpty
    }

    /// Whether this QEMU's command takes the value for the member.
    ///
    /// - Parameters:
    ///   - argument: The path of a member that is an enum, as in `driver`.
    ///   - value: A value of the enum, as in `qcow2`.
    public func supports(command: String, argument: String, value: String) -> Bool {
        types(of: argument, in: command).contains { type in
            scalarTypes(type).contains { live.values($0)?.contains { $0.name == value } ?? false }
        }
    }

    /// Whether this QEMU gives the command the feature, as `allow-write-only-overlay` of `blockdev-snapshot`.
    ///
    /// - Parameters:
    ///   - argument: The path of a member to ask about instead of the command, and about the objects that it holds.
    ///   - value: A value of that member to ask about instead: of an enum, and where it chooses the branch of a union,
    ///     about the branch, as in `dynamic-auto-read-only` of `blockdev-add` with `driver` as `file`.
    public func supports(
        feature: String,
        of command: String,
        argument: String? = nil,
        value: String? = nil,
    ) -> Bool {
        guard let argument else { return live.features(of: command).contains(feature) }
        guard let value else {
            let found = members(of: argument, in: command)
            let objects = found.flatMap { objectTypes($0.type) }
            return found.contains { $0.features?.contains(feature) ?? false }
                || objects.contains { live.features(of: $0).contains(feature) }
        }
        let values = types(of: argument, in: command).flatMap(scalarTypes).flatMap { live.values($0) ?? [] }
        return values.contains { $0.name == value && $0.features?.contains(feature) ?? false }
            || branches(of: argument, value, in: command).contains { live.features(of: $0).contains(feature) }
    }

    // Paths

    /// The masked types of the branches that the value chooses for the member of that path.
    private func branches(of path: String, _ value: String, in command: String) -> [String] {
        let steps = path.split(separator: ".").map(String.init)
        guard let tag = steps.last, let arguments = live.command(command)?.argType else { return [] }
        let owner = steps.dropLast().joined(separator: ".")
        let owners = owner.isEmpty ? [arguments] : types(of: owner, in: command).flatMap(objectTypes)
        return owners.flatMap { branches(of: $0, tag: tag, value) }
    }

    private func branches(of type: String, tag: String, _ value: String) -> [String] {
        guard let object = live.object(type) else { return [] }
        if object.tag == tag { return live.branch(object, value).map { [$0] } ?? [] }
        return (object.variants ?? []).flatMap { branches(of: $0.type, tag: tag, value) }
    }

    /// The masked types that the path can lead to.
    private func types(of path: String, in command: String) -> [String] {
        members(of: path, in: command).map(\.type)
    }

    private func members(of path: String, in command: String) -> [SchemaInfoObjectMember] {
        guard let arguments = live.command(command)?.argType else { return [] }
        var objects = [arguments]
        var found: [SchemaInfoObjectMember] = []
        for step in path.split(separator: ".") {
            found = objects.flatMap { members(named: String(step), in: $0) }
            objects = found.flatMap { objectTypes($0.type) }
        }
        return found
    }

    /// The members of that name in the object itself and in all its branches.
    private func members(named name: String, in type: String) -> [SchemaInfoObjectMember] {
        guard let object = live.object(type) else { return [] }
        let own = object.members.filter { $0.name == name }
        return own + (object.variants ?? []).flatMap { members(named: name, in: $0.type) }
    }

    /// The objects that a value of the type can be, also as the element of an array or a choice of an alternate.
    private func objectTypes(_ type: String) -> [String] {
        switch live.info(type)?.branch {
        case .object: [type]
        case .array(let array): objectTypes(array.elementType)
        case .alternate(let alternate): alternate.members.flatMap { objectTypes($0.type) }
        case .builtin, .enum, .command, .event, .unknown, nil: []
        }
    }

    private func scalarTypes(_ type: String) -> [String] {
        switch live.info(type)?.branch {
        case .enum, .builtin: [type]
        case .array(let array): scalarTypes(array.elementType)
        case .alternate(let alternate): alternate.members.flatMap { scalarTypes($0.type) }
        case .object, .command, .event, .unknown, nil: []
        }
    }
}
