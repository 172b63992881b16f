import WireJSON

extension JSON {
    /// Where the other value first differs from this one, in words; nil when they are equal.
    func difference(from other: JSON, at path: String = "") -> String? {
        switch (self, other) {
        case (.object(let left), .object(let right)):
            for member in left.members {
                guard let value = right[member.name] else { return "\(path).\(member.name) is missing" }
                if let found = member.value.difference(from: value, at: "\(path).\(member.name)") { return found }
            }
            return right.members.first { left[$0.name] == nil }.map { "\(path).\($0.name) is new" }
        case (.array(let left), .array(let right)) where left.count == right.count:
            for (index, pair) in zip(left, right).enumerated() {
                if let found = pair.0.difference(from: pair.1, at: "\(path)[\(index)]") { return found }
            }
            return nil
        default:
            return self == other ? nil : "\(path): \(self) became \(other)"
        }
    }
}
