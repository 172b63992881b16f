import QAPI
import QMPClient
import QMPCore
public import Quantities
import SystemPackage
import WireJSON

extension Machine {
    /// Plugs a disk into the running machine.
    ///
    /// - Throws: ``MachineError``: `invalidDescription` if all hot-plug slots are in use or QEMU refuses the disk;
    ///   a partial change is undone.
    public func plug(_ drive: Drive) async throws(MachineError) {
        let slot = try await freeSlot()
        try await reporting { () throws(QMPError) in try await qmp.blockdevAdd(drive.blockNode) }
        do {
            _ = try await command("device_add", drive.device(bus: slot))
        } catch {
            try? await qmp.blockdevDel(nodeName: drive.id)
            throw error
        }
    }

    /// Unplugs a disk from the running machine; the guest has to release it.
    ///
    /// - Throws: ``MachineError``: `timedOut` if the guest does not release it, for example because it has not booted.
    public func unplug(_ drive: Drive, within deadline: Duration = .seconds(30)) async throws(MachineError) {
        try await remove(device: drive.deviceID, within: deadline)
        try await reporting { () throws(QMPError) in try await deleteNode(drive.id) }
    }

    /// Deletes the block node of a disk that was unplugged.
    ///
    /// QEMU tells the end of a device before it has let go of the device's node, and calls the node in use meanwhile.
    private func deleteNode(_ name: String) async throws(QMPError) {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try await qmp.blockdevDel(nodeName: name)
            } catch  where error.code == .commandFailed && ContinuousClock.now < end && !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// Plugs a network card into the running machine.
    ///
    /// - Returns: Its forwards with their actual ports.
    public func plug(_ network: UserNetwork) async throws(MachineError) -> [PortForward] {
        let slot = try await freeSlot()
        let before = try await qmp.boundForwards(machine: name)
        try await reporting { () throws(QMPError) in try await qmp.netdevAdd(network.backend) }
        do {
            _ = try await command("device_add", network.device(bus: slot))
        } catch {
            try? await qmp.netdevDel(id: network.id)
            throw error
        }
        return try await noteForwards().filter { !before.contains($0) }
    }

    /// Unplugs a network card from the running machine; the guest has to release it.
    ///
    /// - Throws: ``MachineError``: `timedOut` if the guest does not release it.
    public func unplug(_ network: UserNetwork, within deadline: Duration = .seconds(30)) async throws(MachineError) {
        try await remove(device: network.deviceID, within: deadline)
        try await reporting { () throws(QMPError) in try await qmp.netdevDel(id: network.id) }
        _ = try await noteForwards()
    }

    /// Makes a drive larger; the guest sees it at once.
    ///
    /// - Parameter id: The drive's id.
    public func resizeDrive(_ id: String, to size: ByteCount) async throws(MachineError) {
        guard let bytes = Int64(exactly: size.bytes) else {
            throw error(.invalidDescription, "\(size) is larger than any drive can be")
        }
        try await reporting { () throws(QMPError) in try await qmp.blockResize(nodeName: id, size: bytes) }
    }

    private func remove(device id: String, within deadline: Duration) async throws(MachineError) {
        do {
            let removal = try await qmp.startDeviceRemoval(id: id)
            try await removal.wait(deadline: deadline)
        } catch  where error.code == .timedOut {
            throw self.error(
                .timedOut,
                "guest did not release \(id) within \(deadline.shortText); is it booted, with hot-plug support?",
                cause: error,
            )
        } catch {
            throw await failure(.monitorFailed, "cannot unplug \(id)", behind: error)
        }
    }

    /// A free hot-plug slot.
    private func freeSlot() async throws(MachineError) -> String {
        let buses: [PciInfo]
        do {
            buses = try await qmp.queryPCI()
        } catch {
            throw await failure(.monitorFailed, "cannot list the hot-plug slots", behind: error)
        }
        let free = buses.flatMap(\.devices).first { device in
            device.qdevID.hasPrefix("slot") && device.pciBridge?.devices?.isEmpty != false
        }
        guard let free else {
            throw error(
                .invalidDescription,
                "no free hot-plug slot; it was started with \(description.hotPlugSlots)",
            )
        }
        return free.qdevID
    }
}
