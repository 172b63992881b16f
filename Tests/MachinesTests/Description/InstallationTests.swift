import DiskImages
import HostSupport
import SystemPackage
import Testing

@testable import Machines

/// Where distributions put QEMU and its firmware: each in a directory that stands for the root of such a host.
struct InstallationTests {
    /// What a distribution's packages install, by their file lists.
    struct Host: Sendable, CustomTestStringConvertible {
        let name: String
        let architecture: GuestArchitecture
        let program: String
        let code: String
        let variables: String

        var testDescription: String { "\(name), \(architecture)" }

        static let all: [Host] = [
            Host(
                name: "Debian 12",
                architecture: .x86_64,
                program: "usr/bin/qemu-system-x86_64",
                code: "usr/share/OVMF/OVMF_CODE_4M.fd",
                variables: "usr/share/OVMF/OVMF_VARS_4M.fd",
            ),
            Host(
                name: "Debian 12",
                architecture: .aarch64,
                program: "usr/bin/qemu-system-aarch64",
                code: "usr/share/AAVMF/AAVMF_CODE.fd",
                variables: "usr/share/AAVMF/AAVMF_VARS.fd",
            ),
            Host(
                name: "Ubuntu 24.04",
                architecture: .aarch64,
                program: "usr/bin/qemu-system-aarch64",
                code: "usr/share/AAVMF/AAVMF_CODE.no-secboot.fd",
                variables: "usr/share/AAVMF/AAVMF_VARS.fd",
            ),
            Host(
                name: "Ubuntu 20.04",
                architecture: .x86_64,
                program: "usr/bin/qemu-system-x86_64",
                code: "usr/share/OVMF/OVMF_CODE.fd",
                variables: "usr/share/OVMF/OVMF_VARS.fd",
            ),
            Host(
                name: "Fedora with raw firmware",
                architecture: .x86_64,
                program: "usr/bin/qemu-system-x86_64",
                code: "usr/share/edk2/ovmf/OVMF_CODE.fd",
                variables: "usr/share/edk2/ovmf/OVMF_VARS.fd",
            ),
            Host(
                name: "Fedora with qcow2 firmware",
                architecture: .x86_64,
                program: "usr/bin/qemu-system-x86_64",
                code: "usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2",
                variables: "usr/share/edk2/ovmf/OVMF_VARS_4M.qcow2",
            ),
            Host(
                name: "Fedora with qcow2 firmware",
                architecture: .aarch64,
                program: "usr/bin/qemu-system-aarch64",
                code: "usr/share/edk2/aarch64/QEMU_EFI-pflash.qcow2",
                variables: "usr/share/edk2/aarch64/vars-template-pflash.qcow2",
            ),
            Host(
                name: "Homebrew on Apple silicon",
                architecture: .aarch64,
                program: "opt/homebrew/bin/qemu-system-aarch64",
                code: "opt/homebrew/share/qemu/edk2-aarch64-code.fd",
                variables: "opt/homebrew/share/qemu/edk2-arm-vars.fd",
            ),
            Host(
                name: "Homebrew on Intel",
                architecture: .x86_64,
                program: "usr/local/bin/qemu-system-x86_64",
                code: "usr/local/share/qemu/edk2-x86_64-code.fd",
                variables: "usr/local/share/qemu/edk2-i386-vars.fd",
            ),
        ]
    }

    @Test(arguments: Host.all)
    func `QEMU and its firmware are found where the distribution puts them`(host: Host) throws {
        try withRoot { root in
            for file in [host.program, host.code, host.variables] { try install(file, below: root) }
            let qemu = try QEMUInstallation.find(for: host.architecture, at: nil, environment: [:], root: root)
            #expect(qemu.program == root.appending(host.program))
            let firmware = FirmwareFiles.find(for: host.architecture, beside: qemu.program, root: root)
            #expect(firmware?.code == root.appending(host.code))
            #expect(firmware?.variablesTemplate == root.appending(host.variables))
            #expect(
                FirmwareFiles.format(of: host.code.path).rawValue == (host.code.hasSuffix("qcow2") ? "qcow2" : "raw")
            )
        }
    }

    @Test func `code without variables is no firmware`() throws {
        try withRoot { root in
            try install("usr/share/OVMF/OVMF_CODE_4M.fd", below: root)
            #expect(FirmwareFiles.find(for: .x86_64, beside: root.appending("usr/bin/qemu"), root: root) == nil)
        }
    }

    @Test func `a QEMU in a prefix of its own brings its own firmware`() throws {
        try withRoot { root in
            for file in [
                "opt/qemu/bin/qemu-system-aarch64", "opt/qemu/share/qemu/edk2-aarch64-code.fd",
                "opt/qemu/share/qemu/edk2-arm-vars.fd", "usr/share/AAVMF/AAVMF_CODE.fd",
                "usr/share/AAVMF/AAVMF_VARS.fd",
            ] { try install(file, below: root) }
            let prefix = root.appending("opt/qemu")
            let qemu = try QEMUInstallation.find(for: .aarch64, at: prefix)
            #expect(qemu.program == prefix.appending("bin/qemu-system-aarch64"))
            #expect(qemu.dataDirectories.first == prefix.appending("share/qemu"))
            let firmware = FirmwareFiles.find(for: .aarch64, beside: qemu.program, root: root)
            #expect(firmware?.code == prefix.appending("share/qemu/edk2-aarch64-code.fd"))
        }
    }

    @Test func `PATH is looked through first, and QUIVER_QEMU goes before it`() throws {
        try withRoot { root in
            for directory in ["usr/bin", "mine", "named/bin"] {
                try install("\(directory)/qemu-system-x86_64", below: root)
            }
            func found(_ environment: [String: String]) throws -> FilePath {
                try QEMUInstallation.find(for: .x86_64, at: nil, environment: environment, root: root).program
            }
            let path = root.appending("mine").string
            #expect(try found(["PATH": path]) == root.appending("mine/qemu-system-x86_64"))
            let named = root.appending("named").string
            #expect(try found(["PATH": path, "QUIVER_QEMU": named]) == root.appending("named/bin/qemu-system-x86_64"))
        }
    }

    @Test(
        arguments: [
            (GuestArchitecture.x86_64, "qemu-system-x86", "qemu-system-x86-core"),
            (.aarch64, "qemu-system-arm", "qemu-system-aarch64-core"),
        ]
    )
    func `a host without QEMU is told which package brings it`(
        architecture: GuestArchitecture,
        debian: String,
        fedora: String,
    ) throws {
        try withRoot { root in
            let error = #expect(throws: MachineError.self) {
                try QEMUInstallation.find(for: architecture, at: nil, environment: ["PATH": "/no/such"], root: root)
            }
            #expect(error?.code == .missingProgram)
            let hint = try #require(PackageHint(debian: debian, fedora: fedora, homebrew: "qemu").command)
            #expect(error?.message.contains("install it with `\(hint)`") == true)
            let nowhere = #expect(throws: MachineError.self) {
                try QEMUInstallation.find(for: architecture, at: root)
            }
            #expect(nowhere?.message.contains(root.string) == true)
        }
    }

    private func withRoot(_ body: (FilePath) throws -> Void) throws {
        let root = FilePath("/tmp/quiver-root-\(UInt32.random(in: 0 ... .max))")
        try Directory.create(root)
        defer { try? Directory.removeTree(root) }
        try body(root)
    }

    private func install(_ file: String, below root: FilePath) throws {
        let path = root.appending(file)
        try Directory.create(path.removingLastComponent())
        try WholeFile.write([], to: path, mode: [.ownerReadWriteExecute])
    }
}

extension String {
    fileprivate var path: FilePath { FilePath(self) }
}
