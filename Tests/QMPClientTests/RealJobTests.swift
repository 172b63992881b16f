import HostSupport
import HostTools
import PatienceForTests
import QMPClient
import QMPCore
import SystemPackage
import Testing
import WireJSON

@Suite(.tags(.qemu), .hangLimit(minutes: 2)) struct RealJobTests {
    private func createFile(_ name: String, bytes: Int) -> JSONObject {
        ["options": ["driver": "file", "filename": .string(name), "size": .integer(Int64(bytes))]]
    }

    @Test(arguments: RealQEMU.all)
    func `a job that succeeds ends and is dismissed`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let file = sockets[0].string + ".img"
                // The same id again and again: one that was not dismissed stays taken.
                for _ in 0..<20 {
                    try await qmp.runJob("blockdev-create", id: "create", createFile(file, bytes: 1 << 20))
                }
                let jobs = try await qmp.jobs()
                #expect(jobs.isEmpty)
                _ = try await ToolRun.run("rm", [file])
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `the error of a job is read before it is dismissed`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let job = try await qmp.startJob("blockdev-create", id: "x", createFile("/nowhere/x", bytes: 512))
                for _ in 0..<2 {
                    // Whoever asks again is told the same.
                    let error = await #expect(throws: QMPError.self) { try await job.wait() }
                    #expect(error?.code == .jobFailed)
                    #expect(error?.message.contains("/nowhere/x") == true)
                }
                let jobs = try await qmp.jobs()
                #expect(jobs.isEmpty)
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a command that QEMU refuses begins no job`(qemu: RealQEMU) async throws {
        try await qemu.run { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let error = await #expect(throws: QMPError.self) { try await qmp.startJob("blockdev-create", id: "x") }
                #expect(error?.code == .commandFailed)
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a snapshot is saved and loaded, and a missing one says so`(qemu: RealQEMU) async throws {
        let disk = "/tmp/quiver-job-\(UInt32.random(in: 0 ... .max)).qcow2"
        _ = try await ToolRun.run("qemu-img", ["create", "-q", "-f", "qcow2", disk, "16M"])
        let drive = #"{"driver":"qcow2","node-name":"disk","file":{"driver":"file","filename":"\#(disk)"}}"#
        let machine = ["-machine", "q35", "-m", "16", "-blockdev", drive, "-S"]
        try await qemu.run(machine: machine) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let arguments: JSONObject = ["tag": "clean", "vmstate": "disk", "devices": ["disk"]]
                let save = try await qmp.startJob("snapshot-save", id: "save", arguments)
                var updates: [QMPJobUpdate] = []
                for try await update in save.updates() { updates.append(update) }
                #expect(updates.last?.status == .concluded)
                try await qmp.runJob("snapshot-load", id: "load", arguments)
                var other = arguments
                other["tag"] = "missing"
                let error = await #expect(throws: QMPError.self) {
                    try await qmp.runJob("snapshot-load", id: "load", other)
                }
                #expect(error?.code == .jobFailed)
                #expect(error?.message.contains("missing") == true)
            }
        }
        _ = try await ToolRun.run("rm", [disk])
    }

    @Test(arguments: RealQEMU.all)
    func `a migration is followed to its end, and its failure is told`(qemu: RealQEMU) async throws {
        try await qemu.run(machine: ["-machine", "q35", "-m", "16", "-S"]) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let failing = try await qmp.startMigration(["uri": "unix:/nowhere/socket"])
                let error = await #expect(throws: QMPError.self) { try await failing.wait() }
                #expect(error?.code == .jobFailed || error?.code == .commandFailed)
                let job = try await qmp.startMigration(["uri": "exec:cat > /dev/null"])
                var statuses: [QMPJobStatus] = []
                for try await update in job.updates() { statuses.append(update.status) }
                #expect(statuses.last?.rawValue == "completed")
            }
        }
    }

    @Test(arguments: RealQEMU.all)
    func `a guest that never lets go of a device runs into the deadline`(qemu: RealQEMU) async throws {
        let machine =
            ["-machine", "q35", "-m", "16", "-device", "pcie-root-port,id=root0", "-S"]
            + ["-device", "virtio-rng-pci,id=rng,bus=root0"]
        try await qemu.run(machine: machine) { sockets, _ in
            try await QMPConnection.withConnection(to: .unix(sockets[0])) { qmp in
                let job = try await qmp.startDeviceRemoval(id: "rng")
                let error = await #expect(throws: QMPError.self) { try await job.wait(deadline: .milliseconds(200)) }
                #expect(error?.code == .timedOut)
                #expect(error?.message.contains("device rng") == true)
                let unknown = await #expect(throws: QMPError.self) { try await qmp.startDeviceRemoval(id: "none") }
                #expect(unknown?.code == .commandFailed)
            }
        }
    }
}
