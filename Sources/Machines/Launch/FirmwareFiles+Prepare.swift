import DiskImages
import HostSupport
import SystemPackage

extension FirmwareFiles {
    /// Finds the firmware that a description asks for and creates the machine's own variables.
    static func prepare(
        for description: MachineDescription,
        qemu: QEMUInstallation,
        in directory: MachineDirectory,
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
            let hint = hint(for: description.architecture)
            throw MachineError(
                .missingFirmware,
                machine: machine,
                "no EDK2 firmware for \(description.architecture) is installed; \(hint)",
            )
        }
        if !HostFile.exists(directory.firmwareVariables) {
            do {
                try copy(files.variablesTemplate, to: directory.firmwareVariables)
            } catch {
                throw MachineError(
                    .fileFailed,
                    machine: machine,
                    "cannot create the file with its firmware's variables",
                    cause: error,
                )
            }
        }
        return .files(code: files.code, variables: directory.firmwareVariables)
    }

    /// Copies the whole template, since a firmware update edits it in place; as qcow2, since flash in a format without
    /// snapshots would prevent saving the machine's state.
    private static func copy(_ template: FilePath, to variables: FilePath) throws {
        switch format(of: template) {
        case .raw: try StandaloneDisk.create(at: variables, copying: template)
        case .qcow2: try TemplateFiles.copySparse(template, to: variables)
        }
    }
}
