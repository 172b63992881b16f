import Quiver

func first() async throws {
    let image = try ImageStore().image("debian:12")
    try await withMachine(from: image, memory: .gibibytes(1)) { machine in
        try await machine.withGuest { guest in
            try await guest.run("true")
            print(try await machine.restore("clean").loading.shortText, try await machine.runState())
        }
    }
    do {
        try await MachineStore().withMachine(attachedTo: "vm1") { try await $0.pause() }
    } catch let error as any QuiverError {
        print(error.message, error.hint ?? "", error.category)
    }
}
