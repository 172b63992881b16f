/// The integers that JSON's exact whole numbers can be read into.
public protocol JSONInteger: FixedWidthInteger, JSONDecodable, JSONEncodable {}

extension JSONInteger {
    /// Reads a whole number; one outside the type's range is an error, never a wrapped value.
    public init(json: JSON) throws(JSONError) {
        let value: Self?
        switch json {
        case .integer(let number): value = Self(exactly: number)
        case .unsigned(let number): value = Self(exactly: number)
        case .double(let number): value = Self(exactly: number)
        case .null, .bool, .string, .array, .object: throw .mismatch(json, expected: "a whole number")
        }
        guard let value else { throw JSONError(.outOfRange, "\(json.numberText) does not fit \(Self.self)") }
        self = value
    }

    /// The number, exact whatever its width.
    public var json: JSON {
        if let small = Int64(exactly: self) { .integer(small) } else { .unsigned(UInt64(self)) }
    }
}

extension Int: JSONInteger {}
extension Int8: JSONInteger {}
extension Int16: JSONInteger {}
extension Int32: JSONInteger {}
extension Int64: JSONInteger {}
extension UInt: JSONInteger {}
extension UInt8: JSONInteger {}
extension UInt16: JSONInteger {}
extension UInt32: JSONInteger {}
extension UInt64: JSONInteger {}
