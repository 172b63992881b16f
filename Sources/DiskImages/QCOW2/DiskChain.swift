public import SystemPackage

/// A disk image with the images below it, as far as they can be followed.
public struct DiskChain: Sendable {
    /// Why a chain could not be followed to its end.
    public enum Break: Sendable {
        /// An image records a base that is missing.
        case missing(FilePath, recordedBy: FilePath)
        /// An image cannot be read, or is not an image.
        case unusable(FilePath, DiskImageError)
        /// An image is its own base, directly or indirectly.
        case cycle(FilePath)
        /// There are more images than any reasonable use needs.
        case tooLong(limit: Int)
        /// A base that is not a local file, as in `nbd://…`; what is below it is not known.
        case remote(String, recordedBy: FilePath)
    }

    /// One image of a chain.
    public struct Link: Sendable {
        /// What the image says of itself.
        public let facts: DiskFacts
        /// Whether the image above recorded the format; otherwise it was guessed from the first bytes.
        public let isFormatRecorded: Bool
        /// Whether the file matches the record of the image above; nil if nothing was recorded or the name differs.
        public let isAsRecorded: Bool?
    }

    /// The images, from the top to the bottom.
    public let links: [Link]
    /// Why the chain ends early; nil if its last image has no base.
    public let end: Break?

    /// The longest chain that is followed; QEMU becomes slow long before.
    public static let longest = 200

    /// Follows the chain that begins at `path`.
    ///
    /// - Parameter format: The format of the first image; nil looks at its first bytes.
    public static func read(_ path: FilePath, format: DiskFormat? = nil) -> DiskChain {
        var links: [Link] = []
        var seen: Set<[UInt64]> = []
        var next: (path: FilePath, format: DiskFormat?, identity: BaseIdentity?, recordedBy: FilePath?)
        next = (path, format, nil, nil)
        while true {
            guard links.count < longest else { return DiskChain(links: links, end: .tooLong(limit: longest)) }
            let facts: DiskFacts
            let isAsRecorded: Bool?
            do {
                let file = try DiskFile(next.path)
                guard seen.insert([file.status.device, file.status.inode]).inserted else {
                    return DiskChain(links: links, end: .cycle(next.path))
                }
                facts = try DiskFacts(of: file, at: next.path, format: next.format)
                if let identity = next.identity {
                    isAsRecorded = identity.matches(file)
                } else {
                    isAsRecorded = nil
                }
            } catch {
                guard let recorder = next.recordedBy, error.cause as? Errno == .noSuchFileOrDirectory else {
                    return DiskChain(links: links, end: .unusable(next.path, error))
                }
                return DiskChain(links: links, end: .missing(next.path, recordedBy: recorder))
            }
            let isRecorded = next.recordedBy == nil || next.format != nil
            links.append(Link(facts: facts, isFormatRecorded: isRecorded, isAsRecorded: isAsRecorded))
            guard let qcow2 = facts.qcow2, let name = qcow2.backingFile else {
                return DiskChain(links: links, end: nil)
            }
            switch BackingName(name, recordedBy: facts.path) {
            case .remote(let remote):
                return DiskChain(links: links, end: .remote(remote, recordedBy: facts.path))
            case .file(let base, let namedFormat):
                let recorded = namedFormat ?? qcow2.backingFormat
                let identity = qcow2.baseIdentity.flatMap { $0.backingFile == name ? $0 : nil }
                next = (base, recorded.flatMap(DiskFormat.init), identity, facts.path)
            }
        }
    }
}
