import Dispatch
import HostSupport
import LibC
import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import SystemPackage
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct DescriptorTests {
    /// A file that holds its own name, without a name in the file system any more.
    private func file(holding text: String) throws -> OwnedDescriptor {
        let path = FilePath("/tmp/quiver-descriptor-\(UInt32.random(in: 0 ... .max))")
        let descriptor = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        let file = OwnedDescriptor(adopting: descriptor)
        _ = try descriptor.writeAll(Array(text.utf8))
        unlink(path.string)
        return file
    }

    @Test func `every descriptor arrives with its own command, however many travel`() async throws {
        try await FakeQEMU.withFake { fake in
            fake.handle("getfd") { command, client in
                guard let number = client.takeDescriptor() else {
                    return .failure(errorClass: "GenericError", message: "no descriptor")
                }
                let descriptor = FileDescriptor(rawValue: number)
                var bytes = [UInt8](repeating: 0, count: 64)
                let count =
                    (try? bytes.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: 0, into: $0) }) ?? 0
                try? descriptor.close()
                return .success(.string(String(decoding: bytes[..<count], as: UTF8.self)))
            }
            fake.reply(to: "query-status", with: .success([:]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                try await withThrowingTaskGroup { group in
                    for number in 0..<100 {
                        group.addTask {
                            let name = "file\(number)"
                            let file = try self.file(holding: name)
                            let reply = try await qmp.execute(
                                "getfd",
                                ["fdname": .string(name)],
                                passing: file.fileDescriptor
                            )
                            #expect(reply == .string(name))
                        }
                        group.addTask { _ = try await qmp.execute("query-status") }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `a command that wants a descriptor and brings none is refused by QEMU`() async throws {
        try await FakeQEMU.withFake { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let error = await #expect(throws: QMPError.self) { try await qmp.execute("getfd", ["fdname": "x"]) }
                #expect(error?.code == .commandFailed)
            }
        }
    }

    @Test func `a name that begins with a digit and a closed descriptor are refused here`() async throws {
        try await FakeQEMU.withFake { fake in
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let file = try file(holding: "x")
                for name in ["", "1file"] {
                    let error = await #expect(throws: QMPError.self) {
                        try await qmp.pass(file.fileDescriptor, named: name)
                    }
                    #expect(error?.code == .invalidArguments)
                }
                let error = await #expect(throws: QMPError.self) {
                    try await qmp.pass(FileDescriptor(rawValue: 99_999), named: "file")
                }
                #expect(error?.code == .invalidArguments)
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `QEMU opens a file from a set of descriptors, and the set is gone after its scope`(qemu: RealQEMU) async throws
    {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let file = try file(holding: String(repeating: "x", count: 512))
                let node = { (path: String, readOnly: Bool) -> JSONObject in
                    [
                        "driver": "file", "node-name": "node", "filename": .string(path),
                        "read-only": .bool(readOnly), "locking": "off",
                    ]
                }
                try await qmp.withDescriptorSet([file.fileDescriptor]) { set in
                    let sets = try await qmp.execute("query-fdsets")
                    #expect(sets[0]?["fdset-id"] == .integer(set.id))
                    _ = try await qmp.execute("blockdev-add", node(set.path, false))
                    _ = try await qmp.execute("blockdev-del", ["node-name": "node"])
                    // The set holds a descriptor for reading and writing only: QEMU wants the very mode.
                    let error = await #expect(throws: QMPError.self) {
                        try await qmp.execute("blockdev-add", node(set.path, true))
                    }
                    #expect(error?.code == .commandFailed)
                }
                let sets = try await qmp.execute("query-fdsets")
                #expect(sets == [])
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `a set of which one descriptor cannot be passed leaves nothing behind`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let file = try file(holding: "x")
                let error = await #expect(throws: QMPError.self) {
                    try await qmp.withDescriptorSet([file.fileDescriptor, FileDescriptor(rawValue: 99_999)]) { _ in }
                }
                #expect(error?.code == .invalidArguments)
                let sets = try await qmp.execute("query-fdsets")
                #expect(sets == [])
            }
        }
    }

    @Test func `descriptors whose passing was cancelled on the way are taken back`() async throws {
        try await FakeQEMU.withFake { fake in
            let release = DispatchSemaphore(value: 0)
            let mark = Locked<JSON>(.null)
            fake.handle("getfd") { _, _ in
                release.wait()
                return .success([:])
            }
            fake.handle("add-fd") { command, _ in
                mark.withLock { $0 = command.arguments["opaque"] ?? .null }
                release.wait()
                return .success(["fdset-id": 7, "fd": 12])
            }
            fake.handle("query-fdsets") { _, _ in
                let others: JSON = ["fdset-id": 3, "fds": [["fd": 9], ["fd": 10, "opaque": "another's"]]]
                return .success([others, ["fdset-id": 7, "fds": [["fd": 12, "opaque": mark.withLock { $0 }]]]])
            }
            for name in ["closefd", "remove-fd"] { fake.reply(to: name, with: .success([:])) }
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let file = try file(holding: "x")
                let descriptor = file.fileDescriptor
                let named = Task { try await qmp.withPassedDescriptor(descriptor, named: "a") {} }
                while !fake.received.contains(where: { $0.name == "getfd" }) { await Task.yield() }
                named.cancel()
                release.signal()
                await #expect(throws: QMPError.self) { try await named.value }
                let set = Task { try await qmp.withDescriptorSet([descriptor]) { _ in } }
                while !fake.received.contains(where: { $0.name == "add-fd" }) { await Task.yield() }
                set.cancel()
                release.signal()
                await #expect(throws: QMPError.self) { try await set.value }
                #expect(fake.received.filter { $0.name == "closefd" }.map(\.arguments) == [["fdname": "a"]])
                #expect(fake.received.filter { $0.name == "remove-fd" }.map(\.arguments) == [["fdset-id": 7]])
            }
        }
    }

    @Test(.tags(.qemu), arguments: RealQEMU.all)
    func `QEMU takes descriptors by name, one after another`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                try await withThrowingTaskGroup { group in
                    for number in 0..<20 {
                        group.addTask {
                            let file = try self.file(holding: "x")
                            try await qmp.withPassedDescriptor(file.fileDescriptor, named: "file\(number)") {}
                        }
                    }
                    try await group.waitForAll()
                }
                let error = await #expect(throws: QMPError.self) {
                    try await qmp.execute("closefd", ["fdname": "file3"])
                }
                #expect(error?.code == .commandFailed)
            }
        }
    }
}
