import DiskImages
import HostSupport
import SystemPackage

/// EDK2 as a distribution installs it: the code, and a template for the variables.
struct FirmwareFiles: Hashable {
    let code: FilePath
    let variablesTemplate: FilePath

    /// Where Debian, Ubuntu, Fedora and Homebrew put EDK2 below a `share` directory, in the order in which they are
    /// tried.
    ///
    /// The builds without Secure Boot come first: the others do not start unsigned kernels. Newer Fedoras have qcow2
    /// files.
    static func candidates(for architecture: GuestArchitecture, in share: FilePath) -> [Self] {
        let names: [(code: String, variables: String)] =
            switch architecture {
            case .x86_64:
                [
                    ("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"),
                    ("OVMF/OVMF_CODE.fd", "OVMF/OVMF_VARS.fd"),
                    ("edk2/ovmf/OVMF_CODE_4M.qcow2", "edk2/ovmf/OVMF_VARS_4M.qcow2"),
                    ("edk2/ovmf/OVMF_CODE.fd", "edk2/ovmf/OVMF_VARS.fd"),
                    ("edk2/x64/OVMF_CODE.4m.fd", "edk2/x64/OVMF_VARS.4m.fd"),
                    ("qemu/edk2-x86_64-code.fd", "qemu/edk2-i386-vars.fd"),
                ]
            case .aarch64:
                [
                    ("AAVMF/AAVMF_CODE.no-secboot.fd", "AAVMF/AAVMF_VARS.fd"),
                    ("AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd"),
                    ("edk2/aarch64/QEMU_EFI-pflash.qcow2", "edk2/aarch64/vars-template-pflash.qcow2"),
                    ("edk2/aarch64/QEMU_EFI-pflash.raw", "edk2/aarch64/vars-template-pflash.raw"),
                    ("qemu/edk2-aarch64-code.fd", "qemu/edk2-arm-vars.fd"),
                ]
            }
        return names.map { Self(code: share.appending($0.code), variablesTemplate: share.appending($0.variables)) }
    }

    /// The first candidate that is installed: next to the QEMU that will run it, otherwise the system's.
    ///
    /// - Parameter root: The directory to use as `/`.
    static func find(for architecture: GuestArchitecture, beside program: FilePath, root: FilePath = "/") -> Self? {
        let own = program.removingLastComponent().removingLastComponent().appending("share")
        let usual = ["usr/share", "usr/local/share", "opt/homebrew/share"].map { root.appending($0) }
        return ([own] + usual).lazy.flatMap { candidates(for: architecture, in: $0) }
            .first { HostFile.isFile($0.code) && HostFile.isFile($0.variablesTemplate) }
    }

    /// The format of a firmware file, by its name.
    static func format(of file: FilePath) -> DiskFormat { file.extension == "qcow2" ? .qcow2 : .raw }

    /// How to install EDK2.
    static func hint(for architecture: GuestArchitecture) -> String {
        let (debian, fedora) =
            switch architecture {
            case .x86_64: ("ovmf", "edk2-ovmf")
            case .aarch64: ("qemu-efi-aarch64", "edk2-aarch64")
            }
        let hint = PackageHint(debian: debian, fedora: fedora, homebrew: "qemu")
        return hint.command.map { "install it with `\($0)`" } ?? "install it"
    }
}
