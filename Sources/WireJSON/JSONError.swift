/// An error about bytes that are not JSON, or a JSON value that is not as expected.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of error.
    public enum Code: Sendable, Hashable {
        /// The bytes do not spell a JSON value.
        case malformed
        /// A bound on size, depth or count was exceeded.
        case limitExceeded
        /// A number is infinite or not a number, which JSON cannot spell (QEMU prints `inf` and `nan`).
        case nonFiniteNumber
        /// A member is missing.
        case missingMember
        /// A value has another type than expected.
        case typeMismatch
        /// A number does not fit the expected type.
        case outOfRange
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, in one line without the path.
    public let message: String
    /// The path to the value, as in `return.file.driver` or `[3].name`; empty for the value itself.
    public let path: String
    /// Where in the bytes the failure was found; nil when the value came from no bytes.
    public let offset: Int?

    /// Creates an error; the parameters are its properties.
    public init(_ code: Code, _ message: String, path: String = "", offset: Int? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.offset = offset
    }

    /// Path, message and place, as in `[3].name: expected a string, found null`.
    public var description: String {
        let place = offset.map { " at byte \($0)" } ?? ""
        return (path.isEmpty ? "" : "\(path): ") + message + place
    }
}
