import SystemPackage

/// EDK2 as a distribution installs it: the code, and a template for the variables.
struct FirmwareFiles: Hashable {
    let code: FilePath
    let variablesTemplate: FilePath

    /// Where Debian, Ubuntu, Fedora and Homebrew put EDK2, in the order in which they are tried.
    ///
    /// The builds without Secure Boot come first: the others start no unsigned kernel.
    static func candidates(for architecture: GuestArchitecture, prefixes: [FilePath] = usualPrefixes) -> [Self] {
        let names: [(code: String, variables: String)] =
            switch architecture {
            case .x86_64:
                [
                    ("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"),
                    ("OVMF/OVMF_CODE.fd", "OVMF/OVMF_VARS.fd"),
                    ("edk2/ovmf/OVMF_CODE.fd", "edk2/ovmf/OVMF_VARS.fd"),
                    ("edk2/x64/OVMF_CODE.4m.fd", "edk2/x64/OVMF_VARS.4m.fd"),
                    ("qemu/edk2-x86_64-code.fd", "qemu/edk2-i386-vars.fd"),
                ]
            case .aarch64:
                [
                    ("AAVMF/AAVMF_CODE.no-secboot.fd", "AAVMF/AAVMF_VARS.fd"),
                    ("AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd"),
                    ("edk2/aarch64/QEMU_EFI-pflash.raw", "edk2/aarch64/vars-template-pflash.raw"),
                    ("qemu/edk2-aarch64-code.fd", "qemu/edk2-arm-vars.fd"),
                ]
            }
        return prefixes.flatMap { prefix in
            names.map { Self(code: prefix.appending($0.code), variablesTemplate: prefix.appending($0.variables)) }
        }
    }

    static let usualPrefixes: [FilePath] = ["/usr/share", "/usr/local/share", "/opt/homebrew/share"]

    /// The first candidate that is installed.
    static func find(for architecture: GuestArchitecture) -> Self? {
        candidates(for: architecture).first { HostFile.isFile($0.code) && HostFile.isFile($0.variablesTemplate) }
    }

    /// How to install EDK2.
    static func mend(for architecture: GuestArchitecture) -> String {
        let package = architecture == .x86_64 ? "ovmf" : "qemu-efi-aarch64"
        return "install it with `apt-get install \(package)` (Homebrew's qemu brings its own)"
    }
}
