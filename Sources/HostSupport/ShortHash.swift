/// A number that is always the same for the same bytes: FNV-1a with 64 bits.
///
/// For names of files and for telling that something has changed; it does not withstand somebody who looks for two
/// inputs with the same number.
package struct ShortHash {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    /// The number of a text's UTF-8 bytes.
    package init(_ text: String) {
        self.init()
        add(text)
    }

    /// Continues with a text's UTF-8 bytes.
    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
    }

    /// Continues with a byte.
    package mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    /// The number in base 36: 13 characters at most, each a digit or a lower-case letter.
    package var text: String { String(value, radix: 36) }
}
