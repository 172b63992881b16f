public import Quantities
public import WireJSON

extension ByteCount: JSONDecodable, JSONEncodable {
    /// Reads a number of bytes.
    public init(json: JSON) throws(JSONError) {
        self.init(try UInt64(json: json))
    }

    /// The number of bytes, as a whole number.
    public var json: JSON { bytes.json }
}
