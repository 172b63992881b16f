import Machines
import QAPI
import Quantities
import SystemPackage

extension TemplateIngredients {
    /// The ingredients of a machine: the program that runs it and everything that the guest can see.
    init(of description: MachineDescription, qemu: QEMUInstallation, accelerator: Accelerator) {
        self.init()
        set("layout", "\(TemplateRecord.currentVersion)", change: "the template format changed")
        set(QEMUIngredient.name, QEMUIngredient(program: qemu.program).value, change: "QEMU was replaced")
        set("machine type", description.effectiveMachineType)
        set("accelerator", accelerator.rawValue)
        set("processor", description.effectiveProcessor(under: accelerator))
        set("processors", "\(description.processorCount)")
        set("memory", "\(description.memory.bytes >> 20) MiB")
        set("firmware", "\(description.firmware)")
        set(
            "drives",
            description.drives.map { "\($0.id) \($0.format) \($0.isReadOnly ? "ro" : "rw")" }.joined(separator: ", ")
        )
        let cards = description.networks.map {
            "\($0.id) \($0.hardwareAddress ?? "any")\($0.isIsolated ? " isolated" : "")"
        }
        set("networks", cards.joined(separator: ", "))
        set("channels", description.channels.map(\.name).joined(separator: ", "))
        set("devices", "screen \(description.hasScreen), slots \(description.hotPlugSlots)")
        if let watchdog = description.watchdog { set("watchdog", watchdog.rawValue) }
        if !description.extraArguments.isEmpty {
            set("extra arguments", description.extraArguments.joined(separator: " "))
        }
    }
}
