import CYAML

/// A YAML text that was read: its only document.
public struct YAMLDocument: Sendable {
    /// A key that a mapping has more than once.
    public struct Duplicate: Sendable, Hashable {
        /// The key's text.
        public let key: String
        /// Where it occurs again.
        public let mark: YAMLMark
    }

    /// The document's value; nil for a text without one, such as a comment.
    public let root: YAMLNode?
    /// Keys that occur again in their mapping, where the last one counts, in the order of the text.
    public let duplicates: [Duplicate]

    /// Reads a text with libyaml, and its scalars as YAML 1.1.
    ///
    /// Aliases stand for copies of what they name, and `<<` for the keys of the mapping that it names. A document of
    /// more than 100,000 values, aliases counted as what they stand for, or nested more than 200 deep is refused.
    /// - Throws: ``YAMLError``, also for a text of several documents.
    public init(_ text: String) throws(YAMLError) {
        var composer = try Composer(text)
        root = try composer.document()
        duplicates = composer.duplicates
    }

    /// The value of the text's only document; nil when it has none.
    ///
    /// See ``init(_:)`` for how it is read.
    public static func root(of text: String) throws(YAMLError) -> YAMLNode? { try YAMLDocument(text).root }
}

/// Builds a document from libyaml's events.
private struct Composer: ~Copyable {
    private let events: EventReader
    private var anchors: [String: (node: YAMLNode, size: Int)] = [:]
    private var count = 0
    private(set) var duplicates: [YAMLDocument.Duplicate] = []

    private static let largestCount = 100_000
    private static let deepest = 200

    init(_ text: String) throws(YAMLError) {
        events = try EventReader(text)
    }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd: return root
            case .documentStart:
                guard root == nil else { throw YAMLError("there is a second document", at: event.mark) }
            case .scalar, .sequenceStart, .mappingStart, .alias: root = try node(event, depth: 0)
            default: break
            }
        }
    }

    private mutating func node(_ event: Event, depth: Int) throws(YAMLError) -> YAMLNode {
        guard depth < Self.deepest else { throw YAMLError("it is nested too deep", at: event.mark) }
        let before = count
        try note(1, event)
        let node: YAMLNode
        switch event.kind {
        case .alias(let name):
            guard let (known, size) = anchors[name] else {
                throw YAMLError("found undefined alias \"\(name)\"", at: event.mark)
            }
            try note(size, event)
            return known
        case .scalar(let scalar): node = .scalar(scalar)
        case .sequenceStart(let isFlow):
            node = .sequence(try items(depth), YAMLNode.Layout(isFlow: isFlow, mark: event.mark))
        case .mappingStart(let isFlow):
            node = .mapping(try mapping(depth), YAMLNode.Layout(isFlow: isFlow, mark: event.mark))
        default: throw YAMLError("did not find expected node content", at: event.mark)
        }
        if let anchor = event.anchor { anchors[anchor] = (node, count - before) }
        return node
    }

    private mutating func note(_ values: Int, _ event: Event) throws(YAMLError) {
        count += values
        guard count <= Self.largestCount else { throw YAMLError("it has too many values", at: event.mark) }
    }

    private mutating func items(_ depth: Int) throws(YAMLError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(_ depth: Int) throws(YAMLError) -> YAMLNode.Mapping {
        var pairs: [(YAMLNode, YAMLNode)] = []
        var merged: [(YAMLNode, YAMLNode)] = []
        var places: [YAMLNode: Int] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { break }
            let key = try node(event, depth: depth + 1)
            let value = try node(try events.next(), depth: depth + 1)
            if key.scalar?.tag == .merge {
                merged += Self.pairs(of: value)
            } else if let place = places[key] {
                duplicates.append(YAMLDocument.Duplicate(key: key.string ?? "a key", mark: event.mark))
                pairs[place] = (key, value)
            } else {
                places[key] = pairs.count
                pairs.append((key, value))
            }
        }
        for (key, value) in merged where places[key] == nil {
            places[key] = pairs.count
            pairs.append((key, value))
        }
        return YAMLNode.Mapping(pairs)
    }

    /// What `<<` brings: the keys of a mapping, or of several, of which the first counts.
    private static func pairs(of node: YAMLNode) -> [(YAMLNode, YAMLNode)] {
        switch node {
        case .mapping(let mapping, _): mapping.map { ($0.key, $0.value) }
        case .sequence(let items, _): items.flatMap { $0.mapping?.map { ($0.key, $0.value) } ?? [] }
        case .scalar: []
        }
    }
}
