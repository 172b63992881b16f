import CloudImages
import SystemPackage

extension FirmwareFiles {
    /// Finds the firmware that a description asks for and makes the machine its own variables.
    static func prepare(
        for description: MachineDescription,
        qemu: QEMUInstallation,
        in folder: MachineFolder,
        machine: String,
    ) throws(MachineError) -> LaunchPlan.Flash {
        switch description.firmware {
        case .uefiFiles(let code, let variables):
            return .files(code: code, variables: variables)
        case .standard where description.architecture == .x86_64 || description.kernel != nil:
            return .builtIn
        case .standard, .uefi:
            break
        }
        guard let files = find(for: description.architecture, beside: qemu.program) else {
            let mend = mend(for: description.architecture)
            throw MachineError(
                .missingFirmware,
                machine: machine,
                "no EDK2 firmware for \(description.architecture) is installed; \(mend)",
            )
        }
        if !HostFile.exists(folder.firmwareVariables) {
            // In qcow2: the state of flash in a format without snapshots could not be saved.
            do {
                try Overlay.create(
                    at: folder.firmwareVariables,
                    base: files.variablesTemplate,
                    baseFormat: format(of: files.variablesTemplate),
                )
            } catch {
                throw MachineError(
                    .fileFailed,
                    machine: machine,
                    "its firmware's variables cannot be made",
                    cause: error,
                )
            }
        }
        return .files(code: files.code, variables: folder.firmwareVariables)
    }
}
