import QAPI
import Quantities
import SystemPackage
import Testing

@testable import Machines

struct ArgumentTests {
    private func plan(_ change: (inout MachineDescription) -> Void = { _ in }) -> LaunchPlan {
        var description = MachineDescription(architecture: .x86_64)
        change(&description)
        return LaunchPlan(
            name: "a,b",
            id: MachineID(),
            description: description,
            accelerator: .tcg,
            flash: .builtIn,
            dataDirectories: [],
            consoleLog: "/home/an, odd \"name\"/console.log",
        )
    }

    private func value(of option: String, in arguments: [String], containing mark: String = "") -> String? {
        zip(arguments, arguments.dropFirst()).first { $0 == "-\(option)" && $1.contains(mark) }?.1
    }

    @Test func `a comma in a value of the old form is doubled`() {
        let arguments = plan().arguments
        #expect(value(of: "name", in: arguments) == "guest=a,,b")
        #expect(value(of: "chardev", in: arguments, containing: "console")?.contains("an,, odd \"name\"") == true)
    }

    @Test func `a drive's path is JSON, whatever it contains`() {
        let arguments = plan { $0.drives = [Drive(id: "disk0", file: "/tmp/a,b \"c\".qcow2")] }.arguments
        #expect(value(of: "blockdev", in: arguments)?.contains(#""filename":"/tmp/a,b \"c\".qcow2""#) == true)
    }

    @Test func `each inherited descriptor has the number of its place`() {
        var description = MachineDescription(architecture: .x86_64)
        description.channels = [.guestAgent, .helper]
        let all = InheritedDescriptor.all(for: description)
        for (place, descriptor) in all.enumerated() { #expect(descriptor.number == Int32(3 + place)) }
    }

    @Test(arguments: [(MemoryBacking.sharedFile("/tmp/ram"), true), (.privateFile("/tmp/ram"), false)])
    func `memory in a file is shared or private as asked`(backing: MemoryBacking, isShared: Bool) {
        let arguments = plan { $0.memoryBacking = backing }.arguments
        #expect(value(of: "object", in: arguments, containing: "pc.ram")?.contains("\"share\":\(isShared)") == true)
        #expect(value(of: "machine", in: arguments)?.contains("memory-backend=pc.ram") == true)
    }

    @Test func `QEMU confines itself unless told not to`() {
        #if os(Linux)
            #expect(value(of: "sandbox", in: plan().arguments)?.hasPrefix("on,") == true)
            #expect(value(of: "sandbox", in: plan { $0.isSandboxed = false }.arguments) == nil)
        #endif
    }

    @Test func `forwards listen on this host alone unless told otherwise`() throws {
        let arguments = plan { $0.networks = [UserNetwork(forwards: [.ssh])] }.arguments
        #expect(value(of: "netdev", in: arguments)?.contains("tcp:127.0.0.1:0-:22") == true)
        #expect(try #require(PortForward(parsing: "0.0.0.0:8080:80")).hostAddress == "0.0.0.0")
    }
}
