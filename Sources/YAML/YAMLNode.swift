/// A place in a YAML text.
public struct YAMLMark: Hashable, Sendable {
    /// The line, counted from 1.
    public let line: Int
    /// The column, counted from 1 in characters.
    public let column: Int

    /// Creates a mark; the parameters are its properties.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value of a YAML document, as its text has it; two are equal if they mean the same, wherever they are.
public indirect enum YAMLNode: Sendable {
    /// A text, number, truth value, date or null; only its ``Scalar/tag`` says which.
    case scalar(Scalar)
    /// A list.
    case sequence([YAMLNode], Layout)
    /// Keys and their values.
    case mapping(Mapping, Layout)

    /// How a list or mapping is written, and where it was read.
    public struct Layout: Sendable {
        /// Whether it is written in brackets or braces on one line.
        public var isFlow: Bool
        /// Where it begins; nil for one that was not read.
        public var mark: YAMLMark?

        /// Creates a layout; by default one line for each item.
        public init(isFlow: Bool = false, mark: YAMLMark? = nil) {
            self.isFlow = isFlow
            self.mark = mark
        }
    }

    /// A list, one item a line.
    public init(_ items: [YAMLNode]) { self = .sequence(items, Layout()) }

    /// A mapping in this order, one key a line.
    public init(_ pairs: [(YAMLNode, YAMLNode)]) { self = .mapping(Mapping(pairs), Layout()) }

    /// A text; it is quoted where YAML would read it as something else.
    public init(_ text: String) { self = .scalar(Scalar(text, .string)) }

    /// `true` or `false`.
    public init(_ flag: Bool) { self = .scalar(Scalar(flag ? "true" : "false", .bool)) }

    /// A whole number.
    public init(_ number: Int) { self = .scalar(Scalar(String(number), .int)) }

    /// Where it begins in the text; nil for a value that was not read.
    public var mark: YAMLMark? {
        switch self {
        case .scalar(let scalar): scalar.mark
        case .sequence(_, let layout), .mapping(_, let layout): layout.mark
        }
    }

    /// The scalar; nil for a list or a mapping.
    public var scalar: Scalar? {
        guard case .scalar(let scalar) = self else { return nil }
        return scalar
    }

    /// The text of a scalar of any kind; nil for a list or a mapping.
    public var string: String? { scalar?.string }

    /// The truth value; nil for anything else, also for `"true"` in quotes.
    public var bool: Bool? {
        guard let scalar, scalar.tag == .bool else { return nil }
        return ["yes", "true", "on"].contains(scalar.string.lowercased())
    }

    /// The whole number, if it is written in decimal digits; nil for anything else, also for `0644`, which is octal.
    public var int: Int? {
        guard let scalar, scalar.tag == .int else { return nil }
        let digits = scalar.string.filter { $0 != "_" }
        guard digits == "0" || digits.first(where: \.isNumber) != "0" else { return nil }
        return Int(digits)
    }

    /// The items of a list; nil for anything else.
    public var sequence: [YAMLNode]? {
        guard case .sequence(let items, _) = self else { return nil }
        return items
    }

    /// The mapping; nil for anything else.
    public var mapping: Mapping? {
        guard case .mapping(let mapping, _) = self else { return nil }
        return mapping
    }

    /// The value of a key of a mapping; nil without that key, or for anything else than a mapping.
    public subscript(key: String) -> YAMLNode? { mapping?[key] }
}

extension YAMLNode: ExpressibleByStringLiteral {
    /// A text; see ``init(_:)-(String)``.
    public init(stringLiteral value: String) { self.init(value) }
}

extension YAMLNode: Hashable {
    /// Compares contents, not places and layouts.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.scalar(let left), .scalar(let right)): left == right
        case (.sequence(let left, _), .sequence(let right, _)): left == right
        case (.mapping(let left, _), .mapping(let right, _)): left == right
        default: false
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .scalar(let scalar): hasher.combine(scalar)
        case .sequence(let items, _): hasher.combine(items)
        case .mapping(let mapping, _): hasher.combine(mapping)
        }
    }
}
