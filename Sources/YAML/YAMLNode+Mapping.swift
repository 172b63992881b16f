extension YAMLNode {
    /// Keys and their values, in the order of the text.
    public struct Mapping: Sendable, Hashable {
        private var nodes: [YAMLNode]
        private var values: [YAMLNode]

        /// Creates a mapping in this order.
        public init(_ pairs: [(YAMLNode, YAMLNode)] = []) {
            nodes = pairs.map(\.0)
            values = pairs.map(\.1)
        }

        /// The value of the key with this text; of several, the last.
        public subscript(key: String) -> YAMLNode? {
            nodes.lastIndex { $0.string == key }.map { values[$0] }
        }

        /// The texts of the keys that have one.
        public var keys: [String] { nodes.compactMap(\.string) }
    }
}

extension YAMLNode.Mapping: RandomAccessCollection {
    /// The place of the first key.
    public var startIndex: Int { 0 }
    /// The number of keys.
    public var endIndex: Int { nodes.count }
    /// A key and its value.
    public subscript(index: Int) -> (key: YAMLNode, value: YAMLNode) { (nodes[index], values[index]) }
}

extension YAMLNode.Mapping: ExpressibleByDictionaryLiteral {
    /// Creates a mapping in this order.
    public init(dictionaryLiteral elements: (String, YAMLNode)...) {
        self.init(elements.map { (YAMLNode($0), $1) })
    }
}
