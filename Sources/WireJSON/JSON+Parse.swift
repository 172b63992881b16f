extension JSON {
    /// Reads the bytes of one value; integers are exact over all of Int64 and UInt64.
    ///
    /// - Throws: ``JSONError``, with the offset in `bytes`, if they are not JSON, exceed the limits, have an integer
    ///   that does not fit 64 bits, an object with the same name twice, or a name that contains NUL.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        try parse(JSONText(bytes, limits: limits))
    }

    /// Reads the text of one value.
    public static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), limits: limits)
    }

    /// Reads what a framer found.
    public static func parse(_ text: JSONText) throws(JSONError) -> JSON {
        guard text.needsRewriting else { return try JSONHandle(parsing: text.bytes).value(isMarked: false) }
        return try parse(rewriting: text, unreadable: .fail)
    }

    /// Reads a value with null in place of numbers that cannot be represented.
    ///
    /// These are infinite ones, `nan`, and integers beyond 64 bits. The result is only good for finding out which
    /// command such a message answers.
    public static func parseSalvaging(_ text: JSONText) throws(JSONError) -> JSON {
        try parse(rewriting: text, unreadable: .null)
    }

    private static func parse(
        rewriting text: JSONText,
        unreadable: JSONRewriter.Unreadable
    ) throws(JSONError) -> JSON {
        let rewriter = try JSONRewriter(rewriting: text.bytes, unreadable: unreadable)
        do {
            return try JSONHandle(parsing: rewriter.bytes).value(isMarked: true)
        } catch {
            throw JSONError(error.code, error.message, offset: error.offset.map(rewriter.sourceOffset))
        }
    }
}
