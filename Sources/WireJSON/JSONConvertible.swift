/// A value that can be read from JSON.
public protocol JSONDecodable {
    /// Reads the value; unknown members are ignored.
    /// - Throws: ``JSONError`` with the path of the member that is missing or has another type.
    init(json: JSON) throws(JSONError)
}

/// A value that can be written as JSON.
public protocol JSONEncodable {
    /// The value as JSON.
    var json: JSON { get }
}
