/// Finds the end of a JSON value by its structure, one byte after another, in however many pieces it arrives.
///
/// The scanner checks bounds and sees what jansson cannot take; it does not judge syntax. Brackets of both kinds are
/// counted alike: a value whose brackets do not match ends where they balance, and then fails to parse.
struct JSONScanner {
    private enum Mode {
        case between
        case string
        case escape
        /// Inside a number or a literal.
        case bare
    }

    /// What a run over some bytes ended with.
    enum Step: Equatable {
        /// Every byte belongs to a value that goes on.
        case more
        /// The value ended before the byte at this index.
        case ended(Int)
        /// A byte that no text in UTF-8 contains stands at this index.
        case notText(Int)
    }

    private var mode = Mode.between
    private var bareLength = 0
    private var previous: UInt8 = 0
    private(set) var depth = 0
    private(set) var deepest = 0
    private(set) var tokens = 0
    /// Whether the value holds a number that jansson might not take: one of 19 digits or more, `inf` or `nan`.
    private(set) var needsRewriting = false

    /// Scans on from the byte at `start`; every byte is seen once.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Step {
        var index = start
        let count = bytes.count
        while index < count {
            let byte = unsafe bytes[index]
            switch mode {
            case .string:
                switch byte {
                case UInt8(ascii: "\""): mode = .between
                case UInt8(ascii: "\\"): mode = .escape
                case 0xF8...0xFF: return .notText(index)
                default: break
                }
            case .escape:
                mode = .string
            case .between, .bare:
                switch byte {
                case UInt8(ascii: "\""):
                    mode = .string
                    tokens += 1
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    endBare()
                    depth += 1
                    tokens += 1
                    if depth > deepest { deepest = depth }
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    endBare()
                    depth -= 1
                    tokens += 1
                    if depth <= 0 { return .ended(index + 1) }
                case UInt8(ascii: ","), UInt8(ascii: ":"):
                    endBare()
                    tokens += 1
                case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                    endBare()
                case 0xF8...0xFF:
                    return .notText(index)
                default:
                    if mode == .between {
                        mode = .bare
                        bareLength = 0
                        tokens += 1
                        previous = 0
                    }
                    bareLength += 1
                    // No number and no literal of JSON contains an i, or an a after an n.
                    if byte == UInt8(ascii: "i") || (byte == UInt8(ascii: "a") && previous == UInt8(ascii: "n")) {
                        needsRewriting = true
                    }
                    previous = byte
                }
            }
            index += 1
        }
        return .more
    }

    /// Ends a number that reaches to the end of the bytes.
    mutating func finish() { endBare() }

    private mutating func endBare() {
        guard mode == .bare else { return }
        if bareLength >= 19 { needsRewriting = true }
        mode = .between
    }
}
