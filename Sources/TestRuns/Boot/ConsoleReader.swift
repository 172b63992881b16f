import SystemPackage

/// Reads what is appended to a console log.
struct ConsoleReader {
    private let path: FilePath
    private var place: Int64
    /// The beginning of an incomplete line; a prompt has no end.
    private var rest: [UInt8] = []

    /// - Parameter place: The position in the log to start at, in bytes.
    init(_ path: FilePath, from place: Int64 = 0) {
        self.path = path
        self.place = place
    }

    /// The new lines since the last call, and the incomplete line after them.
    mutating func news() -> [String] {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return [] }
        defer { try? file.close() }
        var bytes = rest
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while let count = try? buffer.withUnsafeMutableBytes({ try file.read(fromAbsoluteOffset: place, into: $0) }),
            count > 0
        {
            bytes += buffer[..<count]
            place += Int64(count)
        }
        guard bytes.count > rest.count else { return [] }
        let end = bytes.lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { $0 + 1 } ?? 0
        rest = Array(bytes[end...].suffix(4096))
        return ConsoleText.lines(of: String(decoding: bytes, as: UTF8.self))
    }
}
