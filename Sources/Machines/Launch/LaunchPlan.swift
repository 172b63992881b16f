import SystemPackage

/// All that is decided when a machine is started, beside its description.
struct LaunchPlan {
    /// The firmware's files, found and made.
    enum Flash: Hashable {
        /// What QEMU brings itself, or nothing.
        case builtIn
        case files(code: FilePath, variables: FilePath)
    }

    let name: String
    let id: MachineID
    let description: MachineDescription
    let accelerator: Accelerator
    let flash: Flash
    /// The version of the QEMU that is started, as in `10.0.2`, where it is known: that of a fork's template.
    var qemuVersion: String?
    let dataFolders: [FilePath]
    /// Where all that the guest writes to its serial console is kept.
    let consoleLog: FilePath
    /// Whether QEMU loads the description's kernel.
    ///
    /// A fork that does not still has the board of a machine with a kernel: firmware and devices follow from the
    /// description, which source, template and fork share.
    var loadsKernel = true
}
