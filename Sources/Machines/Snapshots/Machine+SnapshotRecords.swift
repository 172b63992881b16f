import QAPI
import QMPClient
import QMPCore
import WireJSON

extension Machine {
    /// Records what a snapshot that was just saved depends on.
    func recordSnapshot(_ tag: String) async {
        // Without a record the snapshot is loaded without a comparison, which is better than no snapshot: it was saved,
        // and a disk that is now full does not make that a failure.
        guard let ingredients = try? await stateIngredients(),
            let snapshot = try? await snapshots().first(where: { $0.tag == tag })
        else { return }
        let record = SnapshotRecord(tag: tag, date: snapshot.date, ingredients: ingredients.list)
        try? SnapshotRecords(in: directory, machine: name).add(record)
    }

    /// Refuses a snapshot of a different configuration, before QEMU tries to load it.
    ///
    /// - Throws: ``MachineError`` with code `snapshotImpossible` that says what differs.
    func checkSnapshotFits(_ snapshot: Snapshot) async throws(MachineError) {
        guard let record = SnapshotRecords(in: directory, machine: name).record(of: snapshot) else { return }
        let differences = record.differences(in: try await stateIngredients())
        guard !differences.isEmpty else { return }
        throw error(
            .snapshotImpossible,
            "snapshot `\(snapshot.tag)` was saved from a different configuration: \(differences.joined(separator: "; ")); "
                + "start the machine as it was then, or remove the snapshot",
        )
    }

    /// Everything that this machine's state depends on and that QEMU does not check itself.
    private func stateIngredients() async throws(MachineError) -> TemplateIngredients {
        var ingredients = TemplateIngredients()
        // Later releases of a series fix bugs and load the states of earlier ones.
        ingredients.set(QEMUIngredient.name, process.version.split(separator: ".").prefix(2).joined(separator: "."))
        ingredients.set("machine type", try await versionedMachineType())
        ingredients.set("accelerator", process.accelerator.rawValue)
        ingredients.set("processor", description.effectiveProcessor(under: process.accelerator))
        ingredients.set("processors", "\(description.processorCount)")
        ingredients.set("memory", "\(description.memory)")
        ingredients.set("firmware", "\(description.firmware)")
        // Asked from QEMU, not from the description: devices may have been plugged and unplugged.
        for group in ["peripheral", "peripheral-anon"] {
            let list = try await reporting { () throws(QMPError) in try await qmp.qomList(path: "/machine/\(group)") }
            for device in list.sorted(by: { $0.name < $1.name }) where device.type.hasPrefix("child<") {
                ingredients.set("device \(device.name)", String(device.type.dropFirst("child<".count).dropLast()))
            }
        }
        return ingredients
    }
}
