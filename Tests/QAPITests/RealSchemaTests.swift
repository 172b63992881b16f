import HostSupport
import HostTools
import PatienceForTests
import QAPI
import QEMUForTests
import QMPClient
import QMPCore
import Synchronization
import SystemPackage
import Testing
import WireJSON

@Suite(.tags(.qemu), .hangLimit(minutes: 5)) struct RealSchemaTests {
    @Test(arguments: RealQEMU.allTargets)
    func `the compiled schema has all that this QEMU has`(qemu: RealQEMU) async throws {
        let live = try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { try await LiveSchema(of: $0) }
        }
        let comparison = SchemaComparison(live)
        #expect(comparison.differences == [])
        // An empty reply has no differences either.
        #expect(comparison.memberCount > 1_000)
        #expect(comparison.valueCount > 500)
    }

    @Test(arguments: RealQEMU.allTargets)
    func `every query without arguments is answered in a shape that its type reads`(qemu: RealQEMU) async throws {
        let machine = qemu.name.hasSuffix("aarch64") ? "virt" : "q35"
        let disk = [
            "-blockdev", "driver=null-co,node-name=disk0,size=1048576", "-device", "virtio-blk,drive=disk0,id=vda",
        ]
        let net = ["-netdev", "user,id=net0", "-device", "virtio-net,netdev=net0"]
        let rest = ["-machine", machine, "-cpu", "max", "-m", "64", "-S", "-object", "iothread,id=io0"] + disk + net
        let (answered, refused) = try await qemu.run(machine: rest) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                var answered: [String] = []
                var refused: [String] = []
                for (name, send) in qmpQueries {
                    do {
                        _ = try await send(qmp)
                        answered.append(name)
                    } catch let error as QMPError where error.code == .commandFailed {
                        refused.append("\(error)")
                    } catch {
                        Issue.record("\(error)")
                    }
                }
                return (answered, refused)
            }
        }
        #expect(answered.count > 40, "only these were answered: \(answered), and refused: \(refused)")
        #expect(answered.contains("query-block") && answered.contains("query-pci"))
    }

    @Test(arguments: RealQEMU.all)
    func `using it reads well`(qemu: RealQEMU) async throws {
        let disk = FilePath("/tmp/quiver-typed-\(UInt32.random(in: 0 ... .max)).qcow2")
        defer { try? Directory.removeTree(disk) }
        let made = try await ToolRun.run("qemu-img", ["create", "-q", "-f", "qcow2", disk.string, "1M"])
        try #require(made.isSuccess, "\(made.lastWords)")
        try await qemu.run(machine: ["-machine", "q35", "-m", "64"]) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let status = try await qmp.queryStatus()
                #expect(status.status == .running)

                try await qmp.blockdevAdd(.nullCo(nodeName: "base", size: 1 << 20))
                try await qmp.blockdevAdd(.file(nodeName: "file", filename: disk.string))
                try await qmp.blockdevAdd(.qcow2(nodeName: "disk0", file: .reference("file")))
                let nodes = try await qmp.queryNamedBlockNodes(flat: true)
                #expect(Set(nodes.compactMap(\.nodeName)) == ["base", "file", "disk0"])

                let events = qmp.events
                try await qmp.quit()
                var reason: ShutdownCause?
                for try await event in events { if case .shutdown(let shutdown) = event { reason = shutdown.reason } }
                #expect(reason == .hostQMPQuit)
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a gate knows before sending what this QEMU would refuse`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let gated = try await qmp.gated(cache: nil) { Issue.record("\($0)") }
                #expect(gated.gate.supports(command: "snapshot-save"))
                #expect(!gated.gate.supports(command: "no-such-command"))
                #expect(gated.gate.supports(event: "SHUTDOWN"))
                #expect(gated.gate.supports(command: "blockdev-add", argument: "file.filename"))
                #expect(!gated.gate.supports(command: "blockdev-add", argument: "file.no-such-member"))
                #expect(gated.gate.supports(command: "blockdev-add", argument: "driver", value: "qcow2"))
                #expect(!gated.gate.supports(command: "blockdev-add", argument: "driver", value: "floppy9"))
                #expect(gated.gate.supports(feature: "json-cli", of: "device_add"))

                let status = try await gated.queryStatus()
                #expect(status.running)
                let error = await #expect(throws: QMPError.self) {
                    try await gated.execute(
                        "blockdev-add",
                        ["driver": "raw", "file": ["driver": "file", "path": "/x"]]
                    )
                }
                #expect(error?.code == .unsupported)
                #expect(
                    error?.message.hasPrefix("file.path: ") ?? false,
                    "\(error.map(String.init(describing:)) ?? "")"
                )
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a gate names the one unstable thing that Quiver uses`(qemu: RealQEMU) async throws {
        let strict = ["-compat", "deprecated-input=reject,unstable-input=reject", "-machine", "none"]
        try await qemu.run(machine: strict) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let gate = SchemaGate(try await LiveSchema(of: qmp))
                // Templates need RAM that is left out of the migration.
                let ignoreShared = MigrateSetCapabilities(
                    capabilities: [MigrationCapabilityStatus(capability: .xIgnoreShared, state: true)]
                )
                let warnings = try gate.check(MigrateSetCapabilities.name, ignoreShared.arguments)
                #expect(
                    warnings.map(\.description) == [
                        "migrate-set-capabilities: capabilities[0].capability=x-ignore-shared is unstable: "
                            + "another QEMU may change or remove it"
                    ]
                )
                await #expect(throws: QMPError.self) { try await qmp.execute(ignoreShared) }
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a cached schema is the same, and QEMU is not asked again`(qemu: RealQEMU) async throws {
        let directory = FilePath("/tmp/quiver-schemas-\(UInt64.random(in: 0 ... .max))")
        defer { try? Directory.removeTree(directory) }
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let asked = AskedCommands(qmp)
                let cache = SchemaCache(directory: directory)
                let first = try await LiveSchema(of: asked, cache: cache)
                let second = try await LiveSchema(of: asked, cache: cache)
                #expect(first.infos == second.infos)
                #expect(asked.names.filter { $0 == "query-qmp-schema" }.count == 1)
            }
        }
    }
}

/// Executes commands and notes their names.
private final class AskedCommands: QMPExecutor {
    private let base: QMPConnection
    private let asked = Mutex<[String]>([])

    init(_ base: QMPConnection) { self.base = base }

    var names: [String] { asked.withLock { $0 } }

    func execute<Command: QMPCommand>(_ command: Command) async throws(QMPError) -> Command.Reply {
        asked.withLock { $0.append(Command.name) }
        return try await base.execute(command)
    }

    func execute(_ name: String, _ arguments: JSONObject) async throws(QMPError) -> JSON {
        asked.withLock { $0.append(name) }
        return try await base.execute(name, arguments)
    }
}
