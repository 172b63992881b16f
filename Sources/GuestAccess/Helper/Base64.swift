#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Bytes as base64 text.
package enum Base64 {
    /// The bytes' text, without line breaks.
    package static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    /// The text's bytes; nil when it is not base64.
    package static func decoded(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text).map(Array.init)
    }
}
