/// The bounds within which bytes are accepted as JSON; a peer cannot make us use more.
public struct JSONLimits: Sendable, Hashable {
    /// The most bytes of one value.
    public var size: Int
    /// The deepest nesting, where a scalar has depth 0.
    ///
    /// At most 2048, which is jansson's own bound.
    public var depth: Int
    /// The most tokens: brackets, commas, colons, strings, numbers and literals each count one.
    public var tokens: Int

    /// Creates limits; the parameters are its properties.
    public init(size: Int = 128 << 20, depth: Int = 1024, tokens: Int = 1 << 23) {
        self.size = size
        self.depth = depth
        self.tokens = tokens
    }

    /// 128 MiB, 1024 levels, 8 Mi tokens: more than QEMU itself accepts (64 MiB, 1024 levels, 2 Mi tokens).
    public static let standard = Self()
}
