extension ByteCount: CustomStringConvertible {
    private static let suffixes: [(letter: Character, shift: UInt64)] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)]

    /// Reads a size such as `512M`, `4G`, `4GiB` or `1048576`; nil if the text is not a size or does not fit in 64
    /// bits.
    public init?(parsing text: String) {
        var digits = text[...]
        if digits.hasSuffix("iB") {
            digits = digits.dropLast(2)
            guard let letter = digits.last, !letter.isNumber else { return nil }
        }
        var shift: UInt64 = 0
        if let letter = digits.last?.uppercased().first,
            let suffix = Self.suffixes.first(where: { $0.letter == letter })
        {
            shift = suffix.shift
            digits = digits.dropLast()
        }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = UInt64(digits) else {
            return nil
        }
        guard count <= UInt64.max >> shift else { return nil }
        self.init(count << shift)
    }

    /// The size with at most one decimal and a binary unit, as in `1.5 GiB`; bytes below one kibibyte.
    public var description: String {
        for suffix in Self.suffixes where bytes >> suffix.shift > 0 {
            // Shifting down first keeps ten times the size within 64 bits.
            let tenths = ((bytes >> (suffix.shift - 10)) * 10) >> 10
            let fraction = tenths % 10
            return "\(tenths / 10)" + (fraction == 0 ? "" : ".\(fraction)") + " \(suffix.letter)iB"
        }
        return "\(bytes) B"
    }
}
