/// Why a text is not YAML, or not a document that is read here.
public struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the parser was at when it found the problem, and where that began.
    public struct Context: Sendable, Hashable {
        /// As in `while parsing a block mapping`.
        public let text: String
        /// Where it began.
        public let mark: YAMLMark
    }

    /// What is wrong, in libyaml's words where they are its own, as in `did not find expected key`.
    public let problem: String
    /// Where; nil if the text as a whole is meant.
    public let mark: YAMLMark?
    /// What the parser was at; nil if it does not say.
    public let context: Context?

    init(_ problem: String, at mark: YAMLMark?, context: Context? = nil) {
        self.problem = problem
        self.mark = mark
        self.context = context
    }

    /// The problem with its line, as in `line 3: did not find expected key`.
    public var description: String { (mark.map { "line \($0.line): " } ?? "") + problem }
}
