import FuzzDriver
import QMPCore
import WireJSON

/// Feeds the framer and the parser with what libFuzzer makes up.
@main
struct FuzzWire {
    static func main() {
        fuzz { bytes in
            guard let first = bytes.first, bytes.count > 1 else { return }
            check(Array(bytes.dropFirst()), pieces: Int(first % 16) + 1)
        }
    }

    /// Whatever the bytes are, nothing may trap, leak or run on.
    ///
    /// What parses must read the same when it is written and parsed again, and the framer must find the same whether
    /// the bytes come at once or in pieces.
    private static func check(_ bytes: [UInt8], pieces: Int) {
        // Small enough that an input of 512 bytes goes beyond each of them.
        let limits = JSONLimits(size: 256, depth: 12, tokens: 80)
        if let value = try? JSON.parse(bytes, limits: limits) {
            guard let written = try? value.serialized(), let again = try? JSON.parse(written), again == value else {
                fatalError("not the same after writing and parsing: \(value)")
            }
        }
        let whole = frames(bytes, pieces: bytes.count, limits: limits)
        let split = frames(bytes, pieces: pieces, limits: limits)
        guard whole == split else { fatalError("split differently: \(whole) and \(split)") }
        for text in whole {
            guard text.bytes.count <= limits.size else { fatalError("larger than the limit: \(text)") }
            if let value = try? JSON.parse(text) { _ = read(value) }
            _ = try? JSON.parseSalvaging(text)
        }
    }

    /// Reads a value the way the client does.
    private static func read(_ value: JSON) -> Int {
        let greeting = try? QMPGreeting(json: value["QMP"] ?? .null)
        return (greeting?.capabilities.count ?? 0) + value.description.utf8.count
    }
}

/// The values that the framer finds when the bytes come in pieces of this size.
private func frames(_ bytes: [UInt8], pieces: Int, limits: JSONLimits) -> [JSONText] {
    var framer = JSONFramer(limits: limits)
    var found: [JSONText] = []
    var start = 0
    while start < bytes.count {
        let end = min(start + pieces, bytes.count)
        framer.append(bytes[start..<end])
        while let frame = framer.next() {
            if case .value(let text) = frame { found.append(text) }
        }
        start = end
    }
    return found
}
