import YAML

/// What kind of value a key of cloud-config takes.
indirect enum ConfigShape: Sendable {
    case anything
    case string
    case boolean
    case integer
    case null
    /// One of these words.
    case word([String])
    case list(of: ConfigShape)
    /// A mapping with these keys and no others, of which some must be there.
    case record([String: ConfigShape], required: [String] = [])
    /// A mapping whose keys are names of the user's own.
    case dictionary(of: ConfigShape)
    case either([ConfigShape])

    static let strings: Self = .list(of: .string)
    static let stringOrStrings: Self = .either([.string, .strings])
    static let anyMapping: Self = .dictionary(of: .anything)
    /// A command: a line for the shell, or words.
    static let command: Self = .either([.string, .list(of: .either([.string, .integer])), .null])

    /// Whether a value is of the right kind, without looking at what is inside it.
    func takes(_ node: YAMLNode) -> Bool {
        let kind = YAMLKind(node)
        return switch self {
        case .anything: true
        case .string: kind == .string
        case .boolean: kind == .boolean
        case .integer: kind == .integer
        case .null: kind == .null
        case .word: kind == .string
        case .list: kind == .list
        case .record, .dictionary: kind == .mapping
        case .either(let shapes): shapes.contains { $0.takes(node) }
        }
    }

    /// The shape as people say it.
    var name: String {
        switch self {
        case .anything: "anything"
        case .string: "a string"
        case .boolean: "true or false"
        case .integer: "an integer"
        case .null: "empty"
        case .word(let words): words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .list(.string): "a list of strings"
        case .list: "a list"
        case .record, .dictionary: "a mapping"
        case .either(let shapes):
            shapes.map(\.name).filter { $0 != "empty" }.joined(separator: " or ")
        }
    }
}
