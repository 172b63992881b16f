extension Duration {
    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// Reads a duration such as `90s`, `2m`, `1.5h`, `250ms`, or a bare number of seconds; nil if the text is not a
    /// duration.
    public init?(parsing text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = text.dropFirst(number.count)
        guard let count = Double(number), count.isFinite else { return nil }
        guard let unit = Self.units.first(where: { $0.suffix == (suffix.isEmpty ? "s" : suffix) }) else { return nil }
        let milliseconds = count * unit.milliseconds
        // A century: longer durations make no sense, long before the conversion below overflows.
        guard milliseconds <= 3_155_760_000_000 else { return nil }
        self = .microseconds(Int64(milliseconds * 1000))
    }

    /// The duration in seconds.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// The duration in a short form for people: `840 µs`, `12 ms`, `3.4 s`, `2 m 05 s`, `3 h 20 m`.
    public var shortText: String {
        let microseconds = seconds * 1_000_000
        if microseconds < 1000 { return "\(Int(microseconds)) µs" }
        if microseconds < 1_000_000 { return "\(Int(microseconds / 1000)) ms" }
        let tenths = Int((seconds * 10).rounded())
        if tenths < 1000 { return "\(tenths / 10).\(tenths % 10) s" }
        let whole = Int(seconds.rounded())
        if whole >= 7200 { return "\(whole / 3600) h \(whole % 3600 / 60 < 10 ? "0" : "")\(whole % 3600 / 60) m" }
        let remainder = whole % 60
        return "\(whole / 60) m \(remainder < 10 ? "0" : "")\(remainder) s"
    }
}
