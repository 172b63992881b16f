/// A JSON value with exact numbers.
///
/// Integers are exact over all of Int64 and UInt64: one that fits Int64 is always ``integer(_:)``, a larger one is
/// ``unsigned(_:)``, so that equal numbers are equal values.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A whole number above `Int64.max`.
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}
