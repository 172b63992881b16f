import HostSupport
import QAPI
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// Asks QEMU whether a device's state cannot be saved.
    func checkNothingBlocksSaving() async throws(MachineError) {
        let reasons = try await reporting { () throws(QMPError) in try await qmp.queryMigrate().blockedReasons ?? [] }
        guard !reasons.isEmpty else { return }
        let texts = reasons.joined(separator: "; ")
        throw error(.snapshotImpossible, "a device prevents saving: \(texts); start the machine without that device")
    }

    /// Checks that the disk has enough free space for the memory.
    ///
    /// A save that runs out of space leaves an incomplete snapshot and a guest that stops at its next write.
    func checkRoom(at disk: FilePath) throws(MachineError) {
        guard let free = HostDisk.free(at: disk) else { return }
        let needed = memoryToSave
        guard free < needed else { return }
        throw error(
            .noSpace,
            "saving needs up to \(needed), but \(disk.removingLastComponent()) has \(free) free; "
                + "free some space, or set QUIVER_HOME to a directory on another disk",
        )
    }

    /// The most memory that a snapshot may hold: what the guest has touched, since the rest is zero and takes no space.
    var memoryToSave: ByteCount {
        let all = description.memory
        guard let resident = HostProcess.residentMemory(of: process.processID) else { return all }
        return min(all, resident)
    }
}
