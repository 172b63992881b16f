import QAPI
import QMPCore
import WireJSON

extension Machine {
    /// The versioned machine type: an alias such as `q35` means a different machine in another QEMU.
    package func versionedMachineType() async throws(MachineError) -> String {
        let reply = try await reporting { () throws(QMPError) in
            try await qmp.qomGet(path: "/machine", property: "type")
        }
        guard case .string(let type) = reply else { return description.effectiveMachineType }
        return type.hasSuffix("-machine") ? String(type.dropLast("-machine".count)) : type
    }
}
