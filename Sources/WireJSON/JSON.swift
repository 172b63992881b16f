/// A JSON value with exact numbers.
///
/// Integers are exact over all of Int64 and UInt64: one that fits Int64 is always ``integer(_:)``, a larger one is
/// ``unsigned(_:)``, so that equal numbers are equal values.
public enum JSON: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number that fits Int64.
    case integer(Int64)
    /// A whole number above `Int64.max`.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent, in double precision.
    case double(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object, whose members keep their order.
    case object(JSONObject)

    /// Makes the number from an unsigned integer, as ``integer(_:)`` where it fits.
    public init(_ value: UInt64) {
        self = Int64(exactly: value).map(JSON.integer) ?? .unsigned(value)
    }
}

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Makes a boolean from a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Makes a whole number from a literal that fits Int64.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// Makes a string from a literal.
    public init(stringLiteral value: String) { self = .string(value) }

    /// Makes an array from a literal.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// Makes an object from a literal, whose names must differ.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(uniqueMembers: elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
    }
}
