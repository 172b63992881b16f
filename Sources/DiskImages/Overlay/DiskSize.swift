public import Quantities

/// The requested size of a disk: absolute, or relative to its base.
public enum DiskSize: Sendable, Hashable {
    /// This size, whatever the base's is.
    case exactly(ByteCount)
    /// This much more than the base.
    case more(ByteCount)

    /// Reads `20G` or `+20G`; nil if the text is neither or the size is zero.
    public init?(parsing text: String) {
        let isMore = text.hasPrefix("+")
        guard let size = ByteCount(parsing: String(isMore ? text.dropFirst() : text[...])), size > .zero else {
            return nil
        }
        self = isMore ? .more(size) : .exactly(size)
    }

    /// The size of a disk upon a base of the given size.
    ///
    /// A sum beyond 64 bits is the largest number, which no disk can have and which is then refused by name.
    public func size(above base: ByteCount) -> ByteCount {
        switch self {
        case .exactly(let size): return size
        case .more(let size):
            let (sum, overflows) = base.bytes.addingReportingOverflow(size.bytes)
            return ByteCount(overflows ? .max : sum)
        }
    }
}
