import HostSupport
import QMPClient
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// Asks QEMU whether a device's state cannot be saved.
    func checkNothingBlocksSaving() async throws(MachineError) {
        guard case .object(let migration) = try await command("query-migrate"),
            let reasons = migration["blocked-reasons"]?.arrayValue, !reasons.isEmpty
        else { return }
        let texts = reasons.compactMap(\.stringValue).joined(separator: "; ")
        throw error(.snapshotImpossible, "a device prevents saving: \(texts); start the machine without that device")
    }

    /// Makes sure that the memory will find room beside the disk.
    ///
    /// A save that runs out of room leaves half a snapshot and a guest that stops at its next write.
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

    /// At most how much memory a snapshot holds: what the guest has touched, for the rest is zero and takes no room.
    var memoryToSave: ByteCount {
        let all = description.memory
        guard let resident = HostProcess.residentMemory(of: process.processID) else { return all }
        return min(all, resident)
    }
}
