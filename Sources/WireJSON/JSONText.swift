/// The bytes of one JSON value, already known to keep within the limits.
public struct JSONText: Sendable, Hashable {
    /// The value as it was received.
    public let bytes: [UInt8]
    let needsRewriting: Bool

    init(bytes: [UInt8], needsRewriting: Bool) {
        self.bytes = bytes
        self.needsRewriting = needsRewriting
    }

    /// Takes bytes that should hold one value, with nothing but space around it.
    /// - Throws: ``JSONError`` with code `limitExceeded`.
    public init(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        var scanner = JSONScanner()
        try Self.scan(bytes, with: &scanner, limits: limits)
        self.init(bytes: bytes, needsRewriting: scanner.needsRewriting)
    }

    private static func scan(
        _ bytes: [UInt8],
        with scanner: inout JSONScanner,
        limits: JSONLimits
    ) throws(JSONError) {
        guard bytes.count <= limits.size else {
            throw JSONError(.limitExceeded, "\(bytes.count) bytes exceed the limit of \(limits.size)")
        }
        var step = JSONScanner.Step.more
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var start = 0
            repeat {
                step = unsafe scanner.scan(buffer, from: start)
                // Whatever follows the first value is for jansson to refuse, but it must keep within the limits too.
                guard case .ended(let end) = step, end < buffer.count else { break }
                start = end
            } while true
        }
        scanner.finish()
        if case .notText(let index) = step {
            throw JSONError(.malformed, "a byte that no text contains", offset: index)
        }
        try limits.check(scanner)
    }

    /// The text itself.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension JSONLimits {
    /// Fails when what was scanned so far is too deep or has too many tokens.
    func check(_ scanner: JSONScanner) throws(JSONError) {
        let depth = min(depth, 2048)
        guard scanner.deepest <= depth else {
            throw JSONError(.limitExceeded, "values nest deeper than the limit of \(depth)")
        }
        guard scanner.tokens <= tokens else {
            throw JSONError(.limitExceeded, "more tokens than the limit of \(tokens)")
        }
    }
}
