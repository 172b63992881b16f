/// A machine's identity, a UUID: QEMU reports it through `query-uuid`, so that no process is mistaken for another.
public struct MachineID: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The UUID in its usual form, in lower case.
    public let rawValue: String

    /// Makes a new identity.
    public init() {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let groups = [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]]
        rawValue = groups.map { $0.joined() }.joined(separator: "-")
    }

    /// Reads an identity in its usual form; nil for anything else.
    public init?(_ text: String) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12], groups.joined().allSatisfy(\.isHexDigit) else { return nil }
        rawValue = text.lowercased()
    }

    /// Encodes the UUID as one string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// Decodes a UUID from one string; any other text is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
        }
        self = id
    }

    /// The UUID in its usual form, in lower case.
    public var description: String { rawValue }
}
