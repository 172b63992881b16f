import QAPI
import SystemPackage
import WireJSON

extension Drive {
    /// The drive's block node for `-blockdev` and `blockdev-add`, whose node name is the drive's id.
    var blockNode: BlockdevOptions {
        let cache = cache == .unsafe ? BlockdevCacheOptions(noFlush: true) : nil
        let file = BlockdevRef.definition(.file(cache: cache, readOnly: isReadOnly, filename: file.string))
        return BlockdevOptions(
            nodeName: id,
            discard: isReadOnly ? nil : .unmap,
            cache: cache,
            readOnly: isReadOnly,
            branch: format == .qcow2 ? .qcow2(BlockdevOptionsQcow2(file: file)) : .raw(BlockdevOptionsRaw(file: file)),
        )
    }

    /// The virtio disk in front of the node, for `-device` and `device_add`.
    func device(bootIndex: Int? = nil, bus: String? = nil) -> JSONObject {
        // A device's serial number shows up in the guest as /dev/disk/by-id/virtio-SERIAL; QEMU takes 20 bytes of it.
        var device: JSONObject = [
            "driver": "virtio-blk-pci", "id": .string(deviceID), "drive": .string(id),
            "serial": .string(String(id.prefix(20))),
        ]
        if let bootIndex { device["bootindex"] = .integer(Int64(bootIndex)) }
        if let bus { device["bus"] = .string(bus) }
        return device
    }

    /// The id of the virtio disk, as `device_del` takes it.
    var deviceID: String { "\(id)-device" }
}

extension UserNetwork {
    /// The host side of the card, for `-netdev` and `netdev_add`.
    var backend: Netdev {
        .user(
            id: id,
            restrict: isIsolated ? true : nil,
            hostfwd: forwards.isEmpty ? nil : forwards.map { NetdevUserHostForward(str: $0.description) },
        )
    }

    /// The virtio card, for `-device` and `device_add`.
    func device(bus: String? = nil) -> JSONObject {
        // Without a boot ROM: it is only needed to boot from the network, and may not be installed. Also without the
        // five announcements to the network after the state was loaded: the guest is alone there, and every program in
        // it that watches the network would wake up for them.
        var device: JSONObject = [
            "driver": "virtio-net-pci", "id": .string(deviceID), "netdev": .string(id), "romfile": "",
            "guest_announce": false,
        ]
        if let hardwareAddress { device["mac"] = .string(hardwareAddress) }
        if let bus { device["bus"] = .string(bus) }
        return device
    }

    /// The id of the virtio card, as `device_del` takes it.
    package var deviceID: String { "\(id)-device" }
}
