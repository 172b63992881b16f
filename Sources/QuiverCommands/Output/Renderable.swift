#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A result that can be printed as text and as JSON.
protocol Renderable: Encodable {
    /// The result as text, without a final newline; nothing is printed if it is empty.
    var text: String { get }
}

/// Encodes results as JSON text, with sorted keys so that two runs can be compared.
enum JSONText {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
