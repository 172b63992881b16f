package import SystemPackage

/// Reads what is appended to a console log.
package struct ConsoleReader {
    private let path: FilePath
    private var place: Int64
    /// The beginning of an incomplete line; a prompt has no end.
    private var rest: [UInt8] = []

    /// One call reads at most this many bytes; a guest that prints more in between loses the older part.
    static let largestNews: Int64 = 1 << 20
    /// The longest beginning of an incomplete line that is kept for the next call, in bytes.
    private static let longestRest = 4096

    /// - Parameter place: The position in the log to start at, in bytes.
    package init(_ path: FilePath, from place: Int64 = 0) {
        self.path = path
        self.place = place
    }

    /// The new lines since the last call, and the incomplete line after them.
    package mutating func news() -> [String] {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]) else {
            return []
        }
        defer { try? file.close() }
        guard let end = try? file.seek(offset: 0, from: .end), end > place else { return [] }
        if end - place > Self.largestNews {
            rest = []
            place = end - Self.largestNews
        }
        var bytes = rest
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while place < end,
            let count = try? buffer.withUnsafeMutableBytes({ try file.read(fromAbsoluteOffset: place, into: $0) }),
            count > 0
        {
            bytes += buffer.prefix(count)
            place += Int64(count)
        }
        let complete = bytes.lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { $0 + 1 } ?? 0
        rest = Array(bytes.dropFirst(complete).suffix(Self.longestRest))
        return ConsoleText.lines(of: String(decoding: bytes, as: UTF8.self))
    }
}
