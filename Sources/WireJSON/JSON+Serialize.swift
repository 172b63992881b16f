// Written by hand and not by jansson: a tree of jansson's would have to be built first, and could not hold the upper
// half of UInt64.

extension JSON {
    /// The value as compact JSON in UTF-8, on one line.
    /// - Throws: ``JSONError`` with code `nonFiniteNumber` when a double in it is infinite or not a number.
    public func serialized() throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try write(to: &bytes)
        return bytes
    }

    /// Appends the value as compact JSON in UTF-8.
    public func write(to bytes: inout [UInt8]) throws(JSONError) {
        var writer = JSONWriter(bytes: bytes, indentation: nil)
        bytes = []
        do {
            try writer.write(self)
        } catch {
            bytes = writer.bytes
            throw error
        }
        bytes = writer.bytes
    }

    /// The value on several lines, two spaces a level, for people to read.
    public func prettyText() throws(JSONError) -> String {
        var writer = JSONWriter(bytes: [], indentation: 2)
        try writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    /// The value as compact JSON; a double that JSON cannot spell appears as `inf` or `nan`.
    public var description: String {
        var writer = JSONWriter(bytes: [], indentation: nil, allowsNonFinite: true)
        do { try writer.write(self) } catch { return "\(error)" }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONObject: CustomStringConvertible {
    /// The object as compact JSON, with its members in their order.
    public var description: String { JSON.object(self).description }
}

/// Appends values to bytes; holds the place in the indentation.
private struct JSONWriter {
    var bytes: [UInt8]
    /// Spaces a level; nil writes everything on one line.
    let indentation: Int?
    var allowsNonFinite = false
    private var level = 0

    init(bytes: [UInt8], indentation: Int?, allowsNonFinite: Bool = false) {
        self.bytes = bytes
        self.indentation = indentation
        self.allowsNonFinite = allowsNonFinite
    }

    mutating func write(_ value: JSON) throws(JSONError) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): write(digits: value.magnitude, isNegative: value < 0)
        case .unsigned(let value): write(digits: value, isNegative: false)
        case .double(let value):
            guard value.isFinite || allowsNonFinite else {
                throw JSONError(.nonFiniteNumber, "\(value) cannot be written as JSON")
            }
            // The shortest text that reads back as the same double.
            bytes.append(contentsOf: value.description.utf8)
        case .string(let value): write(value)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            level += 1
            for (index, element) in elements.enumerated() {
                separate(isFirst: index == 0)
                do { try write(element) } catch { throw error.inside("[\(index)]") }
            }
            level -= 1
            if !elements.isEmpty { breakLine() }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            level += 1
            for (index, member) in object.members.enumerated() {
                separate(isFirst: index == 0)
                write(member.name)
                bytes.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
                do { try write(member.value) } catch { throw error.inside(member.name) }
            }
            level -= 1
            if !object.isEmpty { breakLine() }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(digits value: UInt64, isNegative: Bool) {
        if isNegative { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: (digits.utf8.count == 1 ? "\\u000" : "\\u00").utf8)
                bytes.append(contentsOf: digits.utf8)
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func separate(isFirst: Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func breakLine() {
        guard let indentation else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indentation * level))
    }
}
