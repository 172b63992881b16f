/// Rewrites what jansson cannot read, and says how to read the result.
///
/// jansson holds integers as Int64 and fails the whole document on a larger one. Where a document has such a number,
/// it becomes a string: `18446744073709551615` turns into `"n18446744073709551615"`. Every other string of the
/// document gains an `s` in front, so that no string can be taken for a number.
struct JSONRewriter {
    /// What becomes of `inf` and `nan`, and of integers beyond UInt64.
    enum Unreadable {
        case fail
        case null
    }

    static let numberMark = UInt8(ascii: "n")
    static let stringMark = UInt8(ascii: "s")

    private(set) var bytes: [UInt8] = []
    /// Where bytes were inserted (or, below zero, removed): offset in the result, and how many.
    private var shifts: [(offset: Int, count: Int)] = []

    init(rewriting source: [UInt8], unreadable: Unreadable) throws(JSONError) {
        bytes.reserveCapacity(source.count + source.count / 8)
        var index = 0
        while index < source.count {
            let byte = source[index]
            if byte == UInt8(ascii: "\"") {
                let end = Self.endOfString(in: source, from: index)
                bytes.append(byte)
                bytes.append(Self.stringMark)
                shifts.append((bytes.count, 1))
                bytes.append(contentsOf: source[(index + 1)..<end])
                index = end
            } else if Self.isBare(byte) {
                var end = index + 1
                while end < source.count, Self.isBare(source[end]) { end += 1 }
                try appendBare(source[index..<end], unreadable: unreadable)
                index = end
            } else {
                bytes.append(byte)
                index += 1
            }
        }
    }

    /// The offset in the source for an offset in the result.
    func sourceOffset(of offset: Int) -> Int {
        offset - shifts.reduce(0) { $1.offset <= offset ? $0 + $1.count : $0 }
    }

    private mutating func appendBare(_ token: ArraySlice<UInt8>, unreadable: Unreadable) throws(JSONError) {
        let digits = token.first == UInt8(ascii: "-") ? token.dropFirst() : token
        if digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), digits.count >= 19 {
            let text = String(decoding: token, as: UTF8.self)
            if Int64(text) != nil {
                bytes.append(contentsOf: token)
            } else if UInt64(text) != nil {
                append(marked: token)
            } else {
                guard unreadable == .null else {
                    throw JSONError(.outOfRange, "\(text) does not fit 64 bits", offset: token.startIndex)
                }
                appendNull(for: token)
            }
            return
        }
        let word = String(decoding: digits, as: UTF8.self).lowercased()
        if ["inf", "infinity", "nan"].contains(word) {
            guard unreadable == .null else {
                let text = String(decoding: token, as: UTF8.self)
                throw JSONError(
                    .nonFiniteNumber,
                    "\(text) is not JSON: QEMU prints numbers that are not finite this way",
                    offset: token.startIndex
                )
            }
            appendNull(for: token)
            return
        }
        bytes.append(contentsOf: token)
    }

    private mutating func append(marked token: ArraySlice<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(Self.numberMark)
        bytes.append(contentsOf: token)
        bytes.append(UInt8(ascii: "\""))
        shifts.append((bytes.count, 3))
    }

    private mutating func appendNull(for token: ArraySlice<UInt8>) {
        bytes.append(contentsOf: "null".utf8)
        shifts.append((bytes.count, 4 - token.count))
    }

    /// The index of the closing quote's successor, or of the end of an unfinished string.
    private static func endOfString(in source: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < source.count {
            switch source[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return source.count
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
