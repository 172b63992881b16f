import SystemPackage

/// What a snapshot with memory was saved from, kept beside the disks that hold it.
///
/// QEMU loads the state of a machine into whatever machine it is told to: one of another version, board or device list
/// ends half loaded, with a message about sections, or worse without one.
struct SnapshotRecord: Codable, Hashable {
    let tag: String
    /// When QEMU saved it, in seconds since 1970: a snapshot of another date has the tag by now and is not meant.
    let date: Double
    /// All that its state depends on.
    let ingredients: [TemplateIngredients.Ingredient]

    func isOf(_ snapshot: Snapshot) -> Bool { tag == snapshot.tag && date == snapshot.date }

    /// What is different in the machine that is to load it, one text each; empty when it can be loaded.
    func differences(in machine: TemplateIngredients) -> [String] {
        let saved = TemplateIngredients(ingredients)
        var machine = machine
        if let before = saved.value(of: QEMUIngredient.name), let now = machine.value(of: QEMUIngredient.name) {
            machine.set(QEMUIngredient.name, now, change: "QEMU \(before) was replaced by \(now)")
        }
        return machine.differences(from: saved)
    }
}

/// The records of a machine's snapshots, in a file of its folder.
struct SnapshotRecords {
    let file: FilePath
    /// The machine's name, for messages.
    let machine: String

    init(in folder: MachineFolder, machine: String) {
        file = folder.snapshotsFile
        self.machine = machine
    }

    /// The record of a snapshot; nil for one that somebody made at the monitor, or that an earlier Quiver made.
    func record(of snapshot: Snapshot) -> SnapshotRecord? { all.first { $0.isOf(snapshot) } }

    /// Adds a record, in the place of one of the same tag.
    func add(_ record: SnapshotRecord) throws(MachineError) {
        try write(all.filter { $0.tag != record.tag } + [record])
    }

    func remove(_ tag: String) throws(MachineError) {
        let before = all
        let after = before.filter { $0.tag != tag }
        if after.count < before.count { try write(after) }
    }

    /// A file that nobody can read any more is as good as none: the snapshots themselves are whole.
    private var all: [SnapshotRecord] {
        (try? MachineFile.read([SnapshotRecord].self, from: file, machine: machine)) ?? []
    }

    private func write(_ records: [SnapshotRecord]) throws(MachineError) {
        try MachineFile.write(records, to: file, machine: machine)
    }
}
