/// Integers in network order, read one after another from bytes of known length.
struct BigEndianReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var remaining: Int { bytes.count - position }

    /// The next integer, or nil when too few bytes are left.
    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type = Value.self) -> Value? {
        guard let bytes = take(Value.bitWidth / 8) else { return nil }
        return bytes.reduce(0) { $0 << 8 | Value($1) }
    }

    /// The next `count` bytes, or nil when too few are left.
    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= remaining else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The next `count` bytes as text, up to the first NUL.
    mutating func text(_ count: Int) -> String? {
        take(count).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Moves to the next multiple of `unit`, or to the end.
    mutating func align(to unit: Int) {
        position = min(bytes.count, (position + unit - 1) / unit * unit)
    }
}

/// Bytes written with integers in network order.
struct BigEndianWriter {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func replace(at index: Int, with value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.replaceSubrange(index..<index + $0.count, with: $0) }
    }

    mutating func padToMultiple(of unit: Int) {
        bytes += Array(repeating: 0, count: (unit - bytes.count % unit) % unit)
    }
}
