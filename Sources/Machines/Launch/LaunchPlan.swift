import QAPI
import SystemPackage

/// Everything that is decided when a machine is started, in addition to its description.
struct LaunchPlan {
    /// The firmware files, found and created.
    enum Flash: Hashable {
        /// QEMU's own firmware, or none.
        case builtIn
        case files(code: FilePath, variables: FilePath)
    }

    let name: String
    let id: MachineID
    let description: MachineDescription
    let accelerator: Accelerator
    let flash: Flash
    /// The version of the QEMU that is started, as in `10.0.2`, if known: that of a fork's template.
    var qemuVersion: String?
    let dataDirectories: [FilePath]
    /// The log of everything that the guest writes to its serial console.
    let consoleLog: FilePath
    /// Whether QEMU loads the description's kernel.
    ///
    /// A fork that does not load it still has the board of a machine with a kernel: firmware and devices follow from
    /// the description, which source, template and fork share.
    var loadsKernel = true
}
