/// What has changed in a project since it was copied into a guest.
struct ProjectChange: Hashable {
    /// What to remove in the guest, recursively.
    let removed: [String]
    /// What to write, directories before their content.
    let written: [String]
    /// The size of that, in bytes.
    let size: Int64
    /// Whether the guest had nothing of the project.
    let isWhole: Bool

    /// nil if the guest's copy is of another project, or of other parts of it.
    init?(from old: ProjectListing, to new: ProjectListing) {
        guard old.project == new.project, old.selection == new.selection else { return nil }
        let replaced = old.entries.filter { name, entry in new.entries[name].map { !entry.isLike($0) } ?? true }
        // The content of a directory is removed with it.
        removed = replaced.keys.filter { name in !Self.directories(around: name).contains { replaced[$0] != nil } }
            .sorted()
        written = new.entries.filter { old.entries[$0] != $1 }.keys.sorted()
        isWhole = old.entries.isEmpty
        size = written.reduce(0) { $0 + (new.entries[$1]?.size ?? 0) }
    }

    var isEmpty: Bool { removed.isEmpty && written.isEmpty }

    /// Whether it fits in one message to the guest's helper.
    var isSmall: Bool {
        size <= 4 << 20 && written.count <= 1000
    }

    /// In a few words, as in `3 changed`.
    var summary: String {
        let count = removed.count + written.count
        return isEmpty ? "unchanged" : "\(count) \(isWhole ? "copied" : "changed")"
    }

    private static func directories(around name: String) -> [String] {
        name.indices.filter { name[$0] == "/" }.map { String(name[..<$0]) }
    }
}
