import DiskImages
import QAPI
import QMPCore
import Quantities
import SystemPackage
import WireJSON

extension LaunchPlan {
    /// QEMU's arguments for this plan, without the program's name.
    var arguments: [String] {
        var arguments = QEMUArguments()
        for directory in dataDirectories { arguments.add("L", directory.string) }
        arguments.add("nodefaults")
        arguments.add("no-user-config")
        arguments.add("display", "none")
        arguments.add("name", keys: ["guest": name])
        arguments.add("uuid", id.rawValue)
        addSandbox(to: &arguments)
        addBoard(to: &arguments)
        addMonitors(to: &arguments)
        addConsole(to: &arguments)
        addDevices(to: &arguments)
        if description.awaitsIncomingState { arguments.add("incoming", "defer") }
        if description.startsPaused { arguments.add("S") }
        return arguments.list + description.extraArguments
    }

    private func addSandbox(to arguments: inout QEMUArguments) {
        #if os(Linux)
            guard description.isSandboxed else { return }
            arguments.add(
                "sandbox",
                "on",
                keys: ["obsolete": "deny", "elevateprivileges": "deny", "spawn": "deny", "resourcecontrol": "deny"],
            )
        #endif
    }

    /// The board with its processors, memory, firmware and kernel.
    private func addBoard(to arguments: inout QEMUArguments) {
        // These are our own ids, without commas: nothing here needs escaping.
        var machine = description.effectiveMachineType
        if description.memoryBacking != .anonymous { machine += ",memory-backend=\(description.memoryID)" }
        if case .files(let code, let variables) = flash {
            arguments.add(
                "blockdev",
                json: [
                    "driver": .string(FirmwareFiles.format(of: code).rawValue), "node-name": "flash-code",
                    "read-only": true,
                    "file": ["driver": "file", "filename": .string(code.string), "read-only": true],
                ],
            )
            arguments.add(
                "blockdev",
                json: [
                    "driver": "qcow2", "node-name": .string(Self.variablesNode),
                    "file": ["driver": "file", "filename": .string(variables.string)],
                ],
            )
            machine += ",pflash0=flash-code,pflash1=\(Self.variablesNode)"
        }
        arguments.add("machine", machine)
        arguments.add("accel", accelerator.rawValue)
        arguments.add("cpu", description.effectiveProcessor(under: accelerator))
        arguments.add("smp", "\(description.processorCount)")
        arguments.add("m", "\(description.memory.bytes)B")
        switch description.memoryBacking {
        case .anonymous: break
        case .sharedFile(let path): arguments.add("object", json: memoryFile(path.string, isShared: true))
        case .privateFile(let path):
            var file = memoryFile(path.string, isShared: false)
            if opensPrivateMemoryReadOnly { (file["readonly"], file["rom"]) = (true, "off") }
            arguments.add("object", json: file)
        }
        arguments.add("rtc", keys: ["base": "utc"])
        if loadsKernel, let kernel = description.kernel {
            arguments.add("kernel", kernel.image.string)
            if let ramdisk = kernel.initialRamdisk { arguments.add("initrd", ramdisk.string) }
            if !kernel.commandLine.isEmpty { arguments.add("append", kernel.commandLine) }
        }
    }

    /// The block node of the firmware's variables.
    static let variablesNode = "flash-variables"

    /// Whether QEMU opens a privately mapped file read-only; the memory itself can still be written.
    ///
    /// QEMU supports this since 8.2. It is said to be needed under HVF; elsewhere it is not.
    private var opensPrivateMemoryReadOnly: Bool {
        guard accelerator == .hvf, let qemuVersion else { return false }
        return QEMUVersionNumber(qemuVersion) >= QEMUVersionNumber("8.2")
    }

    private func memoryFile(_ path: String, isShared: Bool) -> JSONObject {
        [
            "qom-type": "memory-backend-file", "id": .string(description.memoryID), "mem-path": .string(path),
            "size": JSON(description.memory.bytes), "share": .bool(isShared),
        ]
    }

    /// The monitors, with `-qmp`: QEMU 11.1 warns about `-mon`, and no earlier version knows its replacement.
    private func addMonitors(to arguments: inout QEMUArguments) {
        for (id, descriptor) in [("qmp-quiver", InheritedDescriptor.monitor), ("qmp-people", .peoplesMonitor)] {
            arguments.add("chardev", "socket", keys: listener(id: id, descriptor))
            arguments.add("qmp", "chardev:\(id)")
        }
        arguments.add("chardev", "socket", keys: ["id": "qmp-record", "fd": "\(InheritedDescriptor.recorder.number)"])
        arguments.add("qmp", "chardev:qmp-record")
    }

    private func listener(id: String, _ descriptor: InheritedDescriptor) -> KeyValuePairs<String, String> {
        ["id": id, "fd": "\(descriptor.number)", "server": "on", "wait": "off"]
    }

    private func addConsole(to arguments: inout QEMUArguments) {
        arguments.add(
            "chardev",
            "socket",
            keys: [
                "id": "console", "fd": "\(InheritedDescriptor.console.number)", "server": "on", "wait": "off",
                "logfile": consoleLog.string, "logappend": "on",
            ],
        )
        arguments.add("serial", "chardev:console")
    }

    private func addDevices(to arguments: inout QEMUArguments) {
        for slot in 0..<description.hotPlugSlots {
            arguments.add(
                "device",
                json: [
                    "driver": "pcie-root-port", "id": .string("slot\(slot)"), "chassis": .integer(Int64(slot + 1)),
                ],
            )
        }
        for (index, drive) in description.drives.enumerated() {
            arguments.add("blockdev", json: drive.blockNode.wireMembers)
            arguments.add("device", json: virtio(drive.device(bootIndex: index + 1)))
        }
        for network in description.networks {
            arguments.add("netdev", json: network.backend.wireMembers)
            arguments.add("device", json: virtio(network.device()))
        }
        addChannels(to: &arguments)
        arguments.add("object", json: ["qom-type": "rng-random", "id": "rng0", "filename": "/dev/urandom"])
        arguments.add("device", json: virtio(["driver": "virtio-rng-pci", "id": "entropy0", "rng": "rng0"]))
        // On a PC, the older device is announced through ACPI, where every kernel's driver finds it.
        let panicDevice: JSON = description.architecture == .x86_64 ? "pvpanic" : "pvpanic-pci"
        arguments.add("device", json: ["driver": panicDevice, "id": "panic0"])
        if description.architecture == .x86_64 {
            // A different value for each process: the kernel of a fork, or of a restored guest, notices it and reseeds
            // its random numbers.
            arguments.add("device", json: ["driver": "vmgenid", "id": "generation0", "guid": "auto"])
        }
        if let action = description.watchdog {
            arguments.add("device", json: ["driver": "i6300esb", "id": "watchdog0"])
            arguments.add("action", keys: ["watchdog": action.rawValue])
        }
        guard description.hasScreen else { return }
        // A PC has its own keyboard. Cloud kernels do not support USB.
        switch description.architecture {
        case .x86_64: arguments.add("device", json: ["driver": "VGA", "id": "screen0"])
        case .aarch64:
            arguments.add("device", json: ["driver": "virtio-gpu-pci", "id": "screen0"])
            arguments.add("device", json: ["driver": "virtio-keyboard-pci", "id": "keyboard0"])
        }
    }

    /// A virtio device with the settings that suit the accelerator.
    private func virtio(_ device: JSONObject) -> JSONObject {
        guard accelerator == .tcg, description.awaitsIncomingState else { return device }
        var device = device
        // When a fork resumes, QEMU would rebuild the machine's memory map for each of these, and software emulation
        // gains nothing from them.
        device["ioeventfd"] = false
        return device
    }

    private func addChannels(to arguments: inout QEMUArguments) {
        guard !description.channels.isEmpty else { return }
        arguments.add("device", json: virtio(["driver": "virtio-serial-pci", "id": "channels"]))
        for (index, channel) in description.channels.enumerated() {
            let id = "channel\(index)"
            arguments.add("chardev", "socket", keys: listener(id: id, .channel(index)))
            arguments.add(
                "device",
                json: [
                    "driver": "virtserialport", "id": .string("\(id)-port"), "bus": "channels.0",
                    "nr": .integer(Int64(index + 1)), "chardev": .string(id), "name": .string(channel.name),
                ],
            )
        }
    }
}
