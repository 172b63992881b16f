import HostSupport
import Machines
import SystemPackage
import Testing

/// One kind of machine of the matrix: a QEMU, an architecture, a firmware.
struct Board: Sendable, CustomTestStringConvertible {
    let qemu: FilePath?
    let architecture: GuestArchitecture
    let firmware: Firmware

    var testDescription: String { "\(architecture), \(firmware), QEMU at \(qemu?.string ?? "PATH")" }

    /// All of them: the installed QEMU, and the newer one beside it that `make test` names.
    static let all: [Board] = qemus.flatMap { qemu in
        [
            Board(qemu: qemu, architecture: .x86_64, firmware: .standard),
            Board(qemu: qemu, architecture: .x86_64, firmware: .uefi),
            Board(qemu: qemu, architecture: .aarch64, firmware: .standard),
            Board(qemu: qemu, architecture: .aarch64, firmware: .uefi),
        ]
    }

    static let qemus: [FilePath?] = [nil] + (HostEnvironment["QUIVER_TEST_QEMU_NEXT"].map { [FilePath($0)] } ?? [])
}
