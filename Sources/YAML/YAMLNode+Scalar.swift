extension YAMLNode {
    /// A text, number, truth value, date or null.
    public struct Scalar: Sendable, Hashable {
        /// How a scalar is written.
        public enum Style: Sendable {
            /// Without quotes where that means the same, otherwise in single quotes.
            case automatic
            /// In double quotes.
            case doubleQuoted
            /// As a block after `|`.
            case literal
        }

        /// The characters, without quotes and escapes.
        public let string: String
        /// What kind of value it is.
        public let tag: Tag
        /// How it is written.
        public let style: Style
        /// Where it begins in the text; nil for one that was not read.
        public let mark: YAMLMark?

        /// Creates a scalar; the parameters are its properties.
        public init(_ string: String, _ tag: Tag, style: Style = .automatic, mark: YAMLMark? = nil) {
            self.string = string
            self.tag = tag
            self.style = style
            self.mark = mark
        }

        /// Compares text and kind.
        public static func == (left: Self, right: Self) -> Bool {
            left.string == right.string && left.tag == right.tag
        }

        /// Hashes what `==` compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(string)
            hasher.combine(tag)
        }
    }

    /// The kind of a scalar, by YAML 1.1 and PyYAML, which cloud-init reads with.
    public enum Tag: Sendable, Hashable {
        /// A text.
        case string
        /// `true`, `yes`, `on` and their opposites, in lower case, upper case, or with a capital.
        case bool
        /// A whole number: also `0644` (octal), `0x1f`, `0b101` and `1:30` (sexagesimal).
        case int
        /// A number with a point, an infinity or not a number.
        case float
        /// A date, or date and time.
        case timestamp
        /// `null`, `~`, or nothing.
        case null
        /// `<<`, which merges another mapping.
        case merge
        /// Another tag that the text names, as in `!!binary` or `!mine`.
        case other(String)
    }
}
