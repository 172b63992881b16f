import CloudImages
import HostSupport
import Machines
import Provisioning
import Quantities

func kernel(of name: String) async throws -> String {
    let image = try ImageStore().image(name)
    return try await withMachine(from: image, memory: .gibibytes(2), userData: "#cloud-config\n") { machine in
        try await machine.withGuest { try await $0.output("uname", "-r") }
    }
}
