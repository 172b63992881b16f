import SystemPackage

/// The configuration that a snapshot with memory was saved from, stored next to its disks.
///
/// QEMU loads a state into any machine: with another version, board or device list, it ends half loaded, with a message
/// about sections, or worse, without one.
struct SnapshotRecord: Codable, Hashable {
    let tag: String
    /// When QEMU saved it, in seconds since 1970: a snapshot with another date has taken the tag since, and is not this
    /// one.
    let date: Double
    /// Everything that its state depends on.
    let ingredients: [TemplateIngredients.Ingredient]

    func isOf(_ snapshot: Snapshot) -> Bool { tag == snapshot.tag && date == snapshot.date }

    /// How the machine that is to load it differs, one string each; empty if it can be loaded.
    func differences(in machine: TemplateIngredients) -> [String] {
        let saved = TemplateIngredients(ingredients)
        var machine = machine
        if let before = saved.value(of: QEMUIngredient.name), let now = machine.value(of: QEMUIngredient.name) {
            machine.set(QEMUIngredient.name, now, change: "QEMU \(before) was replaced by \(now)")
        }
        return machine.differences(from: saved)
    }
}

/// The records of a machine's snapshots, in a file of its directory.
struct SnapshotRecords {
    let file: FilePath
    /// The machine's name, for messages.
    let machine: String

    init(in directory: MachineDirectory, machine: String) {
        file = directory.snapshotsFile
        self.machine = machine
    }

    /// The record of a snapshot; nil if it was made at the monitor or by an earlier Quiver.
    func record(of snapshot: Snapshot) -> SnapshotRecord? { all.first { $0.isOf(snapshot) } }

    /// Adds a record, replacing one with the same tag.
    func add(_ record: SnapshotRecord) throws(MachineError) {
        try write(all.filter { $0.tag != record.tag } + [record])
    }

    func remove(_ tag: String) throws(MachineError) {
        let before = all
        let after = before.filter { $0.tag != tag }
        if after.count < before.count { try write(after) }
    }

    /// An unreadable file counts as no records: the snapshots themselves are intact.
    private var all: [SnapshotRecord] {
        (try? MachineFile.read([SnapshotRecord].self, from: file, machine: machine)) ?? []
    }

    private func write(_ records: [SnapshotRecord]) throws(MachineError) {
        try MachineFile.write(records, to: file, machine: machine)
    }
}
