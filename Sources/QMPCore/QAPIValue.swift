public import WireJSON

/// A value of a type that QEMU's schema declares.
///
/// Two values are equal when they are the same on the wire.
public protocol QAPIValue: JSONDecodable, JSONEncodable, Equatable, Sendable {}

extension QAPIValue {
    /// Compares the two as they go on the wire.
    public static func == (left: Self, right: Self) -> Bool { left.json == right.json }
}

/// A struct or union of the schema: a JSON object with declared members.
///
/// Reading ignores members that the compiled schema does not declare.
public protocol QAPIObject: QAPIValue {
    /// Reads the declared members.
    /// - Throws: ``WireJSON/JSONError`` with the path of the member that is missing or has another type.
    init(members: JSONObject) throws(JSONError)

    /// Adds the members that are set.
    func write(to members: inout JSONObject)
}

extension QAPIObject {
    /// Reads a JSON object.
    ///
    /// - Throws: ``WireJSON/JSONError`` when the value is not an object, or a declared member is missing or has another type.
    public init(json: JSON) throws(JSONError) {
        try self.init(members: JSONObject(json: json))
    }

    /// The object with the members that are set.
    public var json: JSON { .object(wireMembers) }

    /// The members that are set, as they are sent.
    public var wireMembers: JSONObject {
        var members = JSONObject()
        write(to: &members)
        return members
    }
}

/// An enumeration of the schema, open because QEMU adds values between versions.
public protocol QAPIEnum: QAPIValue, RawRepresentable<String>, Hashable, CaseIterable, CustomStringConvertible {
    /// Makes the value with this spelling, known to the compiled schema or not.
    init(rawValue: String)
}

extension QAPIEnum {
    /// Reads a string, also one that the compiled schema does not know.
    public init(json: JSON) throws(JSONError) {
        self.init(rawValue: try String(json: json))
    }

    /// The value's spelling, as a JSON string.
    public var json: JSON { .string(rawValue) }

    /// The value's spelling on the wire.
    public var description: String { rawValue }

    /// Compares the spellings.
    public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }
}

extension QMPCommand where Self: QAPIObject {
    /// The members that are set.
    public var arguments: JSONObject { wireMembers }
}
