/// One of rsync's patterns.
///
/// Without a slash it stands for the last component of a name, with one for the end of a name; a slash in front ties it
/// to the copied directory, one at its end to directories. `*` stops at slashes and `**` does not.
struct FilePattern: Sendable {
    private let bytes: [UInt8]
    private let isAnchored: Bool
    private let isForDirectories: Bool
    /// How many slashes there are, apart from the one at the end.
    private let slashes: Int
    /// `directory/***` stands for the directory and for all that is in it.
    private let includesContent: Bool
    private let hasWildcards: Bool
    private let crossesSlashes: Bool

    init(_ text: String) {
        var bytes = Array(text.utf8)
        includesContent = bytes.suffix(4).elementsEqual("/***".utf8)
        if includesContent { bytes.removeLast(4) }
        isForDirectories = !includesContent && bytes.count > 1 && bytes.last == Self.slash
        if isForDirectories { bytes.removeLast() }
        slashes = bytes.count { $0 == Self.slash }
        isAnchored = bytes.first == Self.slash
        if isAnchored { bytes.removeFirst() }
        hasWildcards = bytes.contains { "*[?".utf8.contains($0) }
        crossesSlashes = zip(bytes, bytes.dropFirst()).contains { $0 == Self.star && $1 == Self.star }
        self.bytes = bytes
    }

    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")

    func matches(_ name: String, isDirectory: Bool) -> Bool {
        let path = Array(name.utf8)
        if includesContent {
            let outer = path.indices.filter { path[$0] == Self.slash }.map { path[..<$0] }
            return (isDirectory && matches(path[...])) || outer.contains { matches($0) }
        }
        return (isDirectory || !isForDirectories) && matches(path[...])
    }

    private func matches(_ path: ArraySlice<UInt8>) -> Bool {
        if isAnchored { return fits(path) }
        // Where a component begins, from the last one on.
        let starts = [path.startIndex] + path.indices.filter { path[$0] == Self.slash }.map { $0 + 1 }
        // In front of a name `**` may stand for nothing and be followed by a slash all the same.
        if bytes.starts(with: [Self.star, Self.star]) { return fits(([Self.slash] + path)[...]) }
        if crossesSlashes { return starts.contains { fits(path[$0...]) } }
        let needed = slashes + 1
        guard let start = starts.suffix(needed).first, starts.count >= needed else { return false }
        return fits(path[start...])
    }

    private func fits(_ path: ArraySlice<UInt8>) -> Bool {
        hasWildcards ? Self.fits(bytes[...], path) : bytes[...] == path
    }

    /// Compares from both beginnings; a star tries every length that it can have.
    private static func fits(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        var (pattern, text) = (pattern, text)
        while let first = pattern.first {
            switch first {
            case star:
                let stars = pattern.prefix { $0 == star }.count
                let rest = pattern.dropFirst(stars)
                let reach = stars > 1 ? text.count : text.prefix { $0 != slash }.count
                return (0...reach).contains { fits(rest, text.dropFirst($0)) }
            case UInt8(ascii: "?"):
                guard let byte = text.first, byte != slash else { return false }
                pattern = pattern.dropFirst()
            case UInt8(ascii: "["):
                guard let byte = text.first, byte != slash, let (isIn, rest) = readClass(pattern, byte), isIn else {
                    return false
                }
                pattern = rest
            default:
                let isEscape = first == UInt8(ascii: "\\") && pattern.count > 1
                if isEscape { pattern = pattern.dropFirst() }
                guard pattern.first == text.first else { return false }
                pattern = pattern.dropFirst()
            }
            text = text.dropFirst()
        }
        return text.isEmpty
    }

    /// Whether a byte is in the class that a pattern begins with, and what follows it; nil for an unfinished class.
    private static func readClass(_ pattern: ArraySlice<UInt8>, _ byte: UInt8) -> (Bool, ArraySlice<UInt8>)? {
        var rest = pattern.dropFirst()
        let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegated { rest = rest.dropFirst() }
        var isIn = false
        var isFirst = true
        while let low = rest.first, isFirst || low != UInt8(ascii: "]") {
            isFirst = false
            rest = rest.dropFirst()
            let high = rest.dropFirst().first
            if rest.first == UInt8(ascii: "-"), let high, high != UInt8(ascii: "]") {
                rest = rest.dropFirst(2)
                if low <= byte && byte <= high { isIn = true }
            } else if low == byte {
                isIn = true
            }
        }
        guard rest.first == UInt8(ascii: "]") else { return nil }
        return (isIn != isNegated, rest.dropFirst())
    }
}
