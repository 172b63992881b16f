/// The valid names of snapshots.
enum SnapshotTag {
    /// Refuses a tag that a disk could not store, or would confuse with another.
    ///
    /// - Throws: ``MachineError`` with code `invalidSnapshotTag`.
    static func check(_ tag: String, machine: String) throws(MachineError) {
        // qcow2 also finds snapshots by their id: a number as a name could mean another snapshot.
        let isPossible =
            !tag.isEmpty && tag.utf8.count <= 255 && !tag.utf8.contains { $0 < 0x20 || $0 == 0x7F }
            && !tag.allSatisfy(\.isNumber)
        guard isPossible else {
            let shown = tag.count > 40 ? "\(tag.prefix(40))..." : tag.map { $0.isNewline ? " " : "\($0)" }.joined()
            throw MachineError(
                .invalidSnapshotTag,
                machine: machine,
                "`\(shown)` is not a valid tag; use up to 255 bytes without control characters, and more than a number",
            )
        }
    }
}
