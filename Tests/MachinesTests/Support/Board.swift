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

    /// All of them: the installed QEMU, and the newer ones beside it.
    static let all: [Board] = qemus.flatMap { qemu in
        [
            Board(qemu: qemu, architecture: .x86_64, firmware: .standard),
            Board(qemu: qemu, architecture: .x86_64, firmware: .uefi),
            Board(qemu: qemu, architecture: .aarch64, firmware: .standard),
            Board(qemu: qemu, architecture: .aarch64, firmware: .uefi),
        ]
    }

    /// Those for guests whose kernel QEMU is given, which can do without firmware on aarch64.
    static let direct = all + qemus.map { Board(qemu: $0, architecture: .aarch64, firmware: .standard) }

    /// Nil is the installed one; the others are those that `QUIVER_TEST_QEMU_NEXT` names, with colons between them.
    static let qemus: [FilePath?] =
        [nil] + (HostEnvironment["QUIVER_TEST_QEMU_NEXT"] ?? "").split(separator: ":").map { FilePath(String($0)) }
}
