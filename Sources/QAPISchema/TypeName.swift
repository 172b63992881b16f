extension Schema {
    /// The name of a type as QAPI writes it: built in, declared, or an array of one.
    public struct TypeName: Hashable, Sendable {
        /// The element's name for an array.
        public let name: String
        /// Whether this is an array of ``name``.
        public let isArray: Bool

        /// Reads the spelling in schemas/: `str`, or `[str]` for an array.
        public init(_ spelling: String) {
            isArray = spelling.hasPrefix("[")
            name = isArray ? String(spelling.dropFirst().dropLast()) : spelling
        }

        /// The spelling in schemas/.
        public var spelling: String { isArray ? "[\(name)]" : name }

        /// The type of an array's elements; nil when the type is not an array.
        public var element: Self? { isArray ? Self(name) : nil }

        /// Whether QAPI has the type, or the elements' type, built in.
        public var isBuiltIn: Bool { Self.builtIn.contains(name) }

        /// QAPI's integers of all widths.
        public var isInteger: Bool { !isArray && Self.integers.contains(name) }

        private static let integers: Set<String> = [
            "int", "int16", "int32", "int64", "int8", "size", "uint16", "uint32", "uint64", "uint8",
        ]

        private static let builtIn: Set<String> = integers.union(["any", "bool", "null", "number", "str"])
    }
}
