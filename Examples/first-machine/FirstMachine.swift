import CloudImages
import GuestAccess
import Machines
import Provisioning
import QAPI
import Quantities

/// Boots a guest, changes it, and puts it back to where it was.
@main
enum FirstMachine {
    static func main() async throws {
        let image = try ImageStore().image(ImageReference("debian:12"))
        let provisioning = Provisioning(image: image, hostname: "first")
        let description = MachineDescription(processorCount: 2, memory: .gibibytes(1))
        try await withMachine(
            named: "first",
            describe: { directory in try await provisioning.prepare(description, in: directory) },
        ) { machine in
            let helper = try machine.helper()
            defer { helper.close() }
            _ = try await helper.hello(within: .seconds(300))
            _ = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: .seconds(300))

            let kernel = try await helper.collect(GuestCommand(["uname", "-sr"]), within: .seconds(10))
            print("The guest runs \(kernel.text)", terminator: "")

            try await machine.saveSnapshot("clean")
            _ = try await helper.run(GuestCommand(["rm", "-rf", "/etc"]), within: .seconds(30))
            let restoration = try await machine.restore("clean")
            let status = try await machine.qmp.queryStatus()
            print("It lost /etc and has it again after \(restoration.loading.shortText), now \(status.status.rawValue)")

            print("Powered down: \(try await machine.powerDown())")
        }
    }
}
