import HostSupport
import Machines
import PatienceForTests
import QAPI
import Quantities
import SystemPackage
import Testing

/// What Quiver does with a machine, done with a QEMU that rejects whatever is deprecated or unstable.
///
/// Templates are the one exception: they need `x-ignore-shared`, which QEMU calls unstable.
@Suite(.tags(.qemu), .hangLimit(minutes: 3))
struct StrictQEMUTests {
    @Test(arguments: Board.all)
    func `launching, snapshots, the monitor and powering down use nothing deprecated or unstable`(
        board: Board
    ) async throws {
        try await ScratchHome.with { home in
            try await withMachine(
                home: home,
                options: LaunchOptions(qemu: board.qemu),
                describe: { directory in
                    var description = MachineDescription(
                        architecture: board.architecture,
                        processorCount: 1,
                        memory: .mebibytes(64),
                    )
                    description.firmware = board.firmware
                    let disk = directory.path.appending("disk.qcow2")
                    try await EmptyDisk.create(at: disk)
                    description.drives = [Drive(id: "disk0", file: disk)]
                    description.networks = [UserNetwork(forwards: [.ssh])]
                    description.channels = [.helper, .guestAgent]
                    description.extraArguments = ["-compat", "deprecated-input=reject,unstable-input=reject"]
                    return description
                },
            ) { machine in
                #expect(try await machine.runState() == .running)
                try await machine.saveSnapshot("clean")
                #expect(try await machine.snapshots().map(\.tag) == ["clean"])
                try await machine.load("clean")
                try await machine.deleteSnapshot("clean")
                try await machine.pause()
                try await machine.resume()
                #expect(try await machine.humanMonitor("info status").contains("running"))
                let end = try await machine.powerDown(within: Patience.seconds(6))
                #expect(end.cause.kind == .quit)
                // Arguments are not rejected: QEMU warns of the deprecated ones.
                let log = try WholeFile.readText(machine.directory.logFile)
                #expect(!log.contains("deprecated"), "\(log)")
            }
        }
    }
}
