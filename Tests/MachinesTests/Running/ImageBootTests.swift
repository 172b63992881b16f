import CloudImages
import DiskImages
import HostSupport
import PatienceForTests
import Quantities
import SystemPackage
import Testing

@testable import Machines

/// The image that this host builds, started by firmware alone, as any hypervisor would.
@Suite(.tags(.qemu), .hangLimit(minutes: 20))
struct ImageBootTests {
    @Test(arguments: Board.qemus)
    func `a built image boots under OVMF without a kernel beside it`(qemu: FilePath?) async throws {
        let image = try ImageStore().image(try ImageReference("debian:12"))
        try await ScratchHome.with { home in
            try await withMachine(
                named: "self-booting",
                home: home,
                options: LaunchOptions(qemu: qemu),
                describe: { directory in
                    let disk = directory.path.appending("disk.qcow2")
                    try Overlay.create(at: disk, base: image.disk)
                    var description = MachineDescription(memory: .mebibytes(768))
                    description.firmware = .uefi
                    description.drives = [Drive(id: "disk0", file: disk)]
                    return description
                },
            ) { machine in
                let console = machine.directory.consoleLog
                // The boot loader's own kernel, and the system that it hands over to.
                try await eventually(within: Patience.seconds(600)) {
                    let text = String(decoding: try WholeFile.read(console), as: UTF8.self)
                    return text.contains("Linux version") && text.contains("Debian GNU/Linux 12")
                }
                #expect(machine.exitCause == nil)
            }
        }
    }
}
