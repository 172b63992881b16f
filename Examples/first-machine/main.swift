import Quiver

// Boots a guest, changes it, and restores it.
let image = try ImageStore().image("debian:12")
try await withMachine(from: image) { machine in
    try await machine.withGuest { guest in
        print("The guest runs \(try await guest.output("uname", "-sr"))")
        try await machine.saveSnapshot("clean")
        try await guest.run("rm", "-rf", "/etc")
        let restored = try await machine.restore("clean")
        print("/etc is back after \(restored.loading.shortText); the guest is \(try await machine.runState())")
        print("It has \(try await guest.output("ls", "/etc").split(separator: "\n").count) entries")
    }
}
