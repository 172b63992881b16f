/// What must happen to one tree so that it becomes like another.
struct TreeChange: Hashable {
    /// What is removed, each directory after what is in it.
    let removed: [String]
    /// What is written, directories before what is in them.
    let written: [CopiedEntry]
    /// Files and directories that only get other permissions.
    let adjusted: [CopiedEntry]

    init(from old: [CopiedEntry], to new: [CopiedEntry]) {
        let known = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let wanted = Dictionary(new.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        removed =
            old.filter { entry in
                guard let other = wanted[entry.name] else { return true }
                return !entry.isLike(other)
            }
            // A name comes before those that begin with it.
            .map(\.name).sorted().reversed()
        written = new.filter { entry in
            guard let there = known[entry.name] else { return true }
            return !entry.isSame(as: there)
        }
        adjusted = new.filter { entry in
            guard !entry.isLink, let there = known[entry.name] else { return false }
            return entry.isSame(as: there) && entry.mode != there.mode
        }
    }
}

extension CopiedEntry {
    /// Whether both are files, both directories, or both links.
    fileprivate func isLike(_ other: CopiedEntry) -> Bool {
        isFile == other.isFile && isDirectory == other.isDirectory && isLink == other.isLink
    }

    /// Whether there is nothing to write: by size and time for files, by target for links.
    fileprivate func isSame(as other: CopiedEntry) -> Bool {
        switch kind {
        case .file: kind == other.kind && modified == other.modified
        case .directory, .link, .special, .unnameable: kind == other.kind
        }
    }
}
