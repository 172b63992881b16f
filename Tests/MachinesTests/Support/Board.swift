import HostSupport
import Machines
import QAPI
import SystemPackage
import Testing

/// One kind of machine of the matrix: a QEMU, an architecture, a firmware.
struct Board: Sendable, CustomTestStringConvertible {
    let qemu: FilePath?
    let architecture: GuestArchitecture
    let firmware: Firmware

    var testDescription: String { "\(architecture), \(firmware), QEMU at \(qemu?.string ?? "PATH")" }

    /// All of them: the installed QEMU, and the newer ones beside it.
    ///
    /// On aarch64 a guest whose kernel QEMU is given does
    /// without firmware on the standard board.
    static let all: [Board] = qemus.flatMap { qemu in
        [
            Board(qemu: qemu, architecture: .x86_64, firmware: .standard),
            Board(qemu: qemu, architecture: .x86_64, firmware: .uefi),
            Board(qemu: qemu, architecture: .aarch64, firmware: .standard),
            Board(qemu: qemu, architecture: .aarch64, firmware: .uefi),
        ]
    }
    .filter { accelerator == nil || $0.architecture == .host }

    /// Without ACPI, which the firmware brings on aarch64, the button is on a device that a kernel for clouds has no
    /// driver for.
    var hasPowerButton: Bool { architecture == .x86_64 || firmware != .standard }

    /// What `QUIVER_TEST_ACCELERATOR` asks for, for guests of the host's architecture alone; nil lets Quiver choose.
    static let accelerator = HostEnvironment["QUIVER_TEST_ACCELERATOR"].flatMap { Accelerator(rawValue: $0) }

    /// Nil is the installed one; the others are those that `QUIVER_TEST_QEMU_NEXT` names, with colons between them.
    static let qemus: [FilePath?] =
        [nil] + (HostEnvironment["QUIVER_TEST_QEMU_NEXT"] ?? "").split(separator: ":").map { FilePath(String($0)) }
}
