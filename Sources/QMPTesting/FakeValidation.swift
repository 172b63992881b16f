public import QAPI
import QAPISchema
public import QMPCore
import WireJSON

/// Validates received commands against QEMU's schema of one version.
///
/// Give it to ``FakeQEMU`` as `validate: FakeValidation(version: …).complaint`.
public struct FakeValidation: Sendable {
    private let version: QMPGreeting.Version
    private let schema: CompiledSchema

    /// - Parameter version: Whose commands and members there are; later ones are unknown.
    public init(version: QMPGreeting.Version, schema: CompiledSchema = .shared) {
        self.version = version
        self.schema = schema
    }

    /// What QEMU of that version would find wrong with the command; nil when nothing.
    public func complaint(_ command: FakeCommand) -> String? {
        guard let definition = schema.definition(command.name), case .command(let details) = definition.kind,
            has(definition.since, definition.last)
        else { return "The command \(command.name) has not been found" }
        if command.isOutOfBand, !details.allowsOutOfBand {
            return "The command \(command.name) does not support OOB"
        }
        return complaint(command.arguments, definition, isOpen: details.isOpen, path: "")
    }

    private func complaint(
        _ object: JSONObject,
        _ definition: Schema.Definition,
        isOpen: Bool,
        path: String,
    ) -> String? {
        var members = schema.members(of: definition)
        if let union = schema.union(of: definition), let tag = object[union.discriminator]?.stringValue,
            let branch = union.branches.first(where: { $0.name == tag }),
            let more = schema.definition(branch.type.name)
        {
            members += schema.members(of: more)
        }
        members = members.filter { has($0.since, $0.last) }
        for member in members where !member.isOptional && object[member.name] == nil {
            return "Parameter '\(path)\(member.name)' is missing"
        }
        for given in object.members {
            guard let member = members.first(where: { $0.name == given.name }) else {
                if isOpen { continue }
                return "Parameter '\(path)\(given.name)' is unexpected"
            }
            if let complaint = complaint(given.value, member.type, path: path + given.name) { return complaint }
        }
        return nil
    }

    private func complaint(_ value: JSON, _ type: Schema.TypeName, path: String) -> String? {
        if let element = type.element {
            guard case .array(let values) = value else {
                return "Invalid parameter type for '\(path)', expected: array"
            }
            return values.lazy.compactMap { complaint($0, element, path: path) }.first
        }
        if type.isInteger {
            switch value {
            case .integer, .unsigned: return nil
            default: return "Invalid parameter type for '\(path)', expected: integer"
            }
        }
        switch (type.name, value) {
        case ("str", .string), ("bool", .bool), ("number", .integer), ("number", .unsigned), ("number", .double),
            ("any", _), ("null", .null):
            return nil
        case ("str", _), ("bool", _), ("number", _), ("null", _):
            return "Invalid parameter type for '\(path)', expected: \(type.name)"
        default: break
        }
        guard let definition = schema.definition(type.name) else { return nil }
        switch definition.kind {
        case .enumeration(let values):
            guard let text = value.stringValue, values.contains(where: { $0.name == text && has($0.since, $0.last) })
            else { return "Parameter '\(path)' does not accept value '\(value)'" }
            return nil
        case .structure, .union:
            guard case .object(let object) = value else {
                return "Invalid parameter type for '\(path)', expected: object"
            }
            return complaint(object, definition, isOpen: false, path: path + ".")
        case .alternate(let choices):
            let complaints = choices.map { complaint(value, $0.type, path: path) }
            return complaints.contains { $0 == nil } ? nil : complaints.first ?? nil
        case .command, .event: return nil
        }
    }

    /// Whether the version has what exists from `since` to `last`.
    private func has(_ since: String?, _ last: String?) -> Bool {
        let own = [version.major, version.minor, version.micro]
        if let since, own.lexicographicallyPrecedes(numbers(since)) { return false }
        // The micro version of `last` is that of the facts it was found in: any of the same minor version has it.
        if let last, numbers(last).prefix(2).lexicographicallyPrecedes(own.prefix(2)) { return false }
        return true
    }

    private func numbers(_ version: String) -> [Int] {
        version.split(separator: ".").map { Int($0) ?? 0 }
    }
}
