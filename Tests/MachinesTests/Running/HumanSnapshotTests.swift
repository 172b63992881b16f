import HostSupport
import PatienceForTests
import QAPI
import QMPClient
import QMPCore
import QMPTesting
import Quantities
import SystemPackage
import Testing
import WireJSON

@testable import Machines

/// Snapshots by the people's commands, whose errors are text in a reply that succeeded.
@Suite(.tags(.qemu), .hangLimit(minutes: 3))
struct HumanSnapshotTests {
    @Test func `a QEMU without the jobs is asked by the people's commands`() async throws {
        try await withOldQEMU { fake, machine in
            fake.reply(to: "human-monitor-command", with: .success(""))
            try await machine.saveSnapshot("a \"b\"/c")
            try await machine.load("kept")
            try await machine.deleteSnapshot("kept")
            let lines = fake.received.compactMap { $0.arguments["command-line"]?.stringValue }
            #expect(lines == [#"savevm "a \"b\"/c""#, #"loadvm "kept""#, #"delvm "kept""#])
        }
    }

    @Test func `the text of an error is an error`() async throws {
        try await withOldQEMU { fake, machine in
            fake.reply(to: "human-monitor-command", with: .success("Error: Could not open VM state file\r\n"))
            let error = await #expect(throws: MachineError.self) { try await machine.saveSnapshot("tag") }
            #expect(error?.code == .snapshotFailed)
            #expect(error?.message.contains("Could not open VM state file") == true)
            // Half a snapshot is not left behind.
            let lines = fake.received.compactMap { $0.arguments["command-line"]?.stringValue }
            #expect(lines.last == #"delvm "tag""#)
        }
    }

    @Test func `a real QEMU saves, loads and deletes by the people's commands, and its refusals are errors`()
        async throws
    {
        try await ScratchHome.with { home in
            try await withMachine(home: home) { directory in
                try await EmptyDisk.create(at: directory.disk)
                var small = MachineDescription(architecture: .x86_64, processorCount: 1, memory: .mebibytes(64))
                small.drives = [Drive(id: "disk0", file: directory.disk)]
                return small
            } _: { machine in
                try await machine.runSnapshotCommand("snapshot-save", "a b/c")
                #expect(try await machine.snapshots().map(\.tag) == ["a b/c"])
                try await machine.runSnapshotCommand("snapshot-load", "a b/c")
                #expect(try await machine.runState() == .running)
                try await machine.runSnapshotCommand("snapshot-delete", "a b/c")
                #expect(try await machine.snapshots().isEmpty)
                await expect(failing: .snapshotFailed) { try await machine.runSnapshotCommand("snapshot-load", "none") }
            }
        }
    }

    /// A machine whose QEMU knows nothing of snapshot jobs, as those before 6.0.
    private func withOldQEMU(_ body: (FakeQEMU, Machine) async throws -> Void) async throws {
        try await FakeQEMU.withFake { fake in
            for command in ["snapshot-save", "snapshot-load", "snapshot-delete"] {
                fake.reply(to: command, with: .failure(errorClass: "CommandNotFound", message: "no \(command)"))
            }
            fake.reply(to: "query-migrate", with: .success([:]))
            fake.reply(to: "query-status", with: .success(["status": "running", "running": true]))
            fake.reply(to: "query-block", with: .success([Self.drive]))
            try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                let directory = MachineDirectory(path: "/tmp/quiver-no-such-machine", runtime: "/tmp")
                let process = ProcessRecord(
                    id: MachineID(),
                    processID: 1,
                    program: "/usr/bin/qemu-system-x86_64",
                    version: "5.2.0",
                    accelerator: .tcg,
                    startedAt: 0,
                    forwards: [],
                    owner: nil,
                )
                let machine = Machine(
                    name: "old",
                    directory: directory,
                    description: MachineDescription(architecture: .x86_64),
                    process: process,
                    qmp: qmp,
                    keeper: nil,
                )
                try await body(fake, machine)
            }
        }
    }

    /// A drive as `query-block` of QEMU 5.2 tells of it, with one snapshot.
    private static let drive: JSON = [
        "device": "", "qdev": "disk0-device", "locked": false, "removable": false, "type": "unknown",
        "inserted": [
            "file": "/tmp/disk.qcow2", "node-name": "disk0", "ro": false, "drv": "qcow2", "encrypted": false,
            "backing_file_depth": 0, "detect_zeroes": "off", "write_threshold": 0,
            "bps": 0, "bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0,
            "cache": ["no-flush": false, "direct": false, "writeback": true],
            "image": [
                "filename": "/tmp/disk.qcow2", "format": "qcow2", "virtual-size": 1_048_576,
                "snapshots": [
                    [
                        "id": "1", "name": "kept", "vm-state-size": 4096, "date-sec": 1, "date-nsec": 0,
                        "vm-clock-sec": 1, "vm-clock-nsec": 0,
                    ]
                ],
            ],
        ],
    ]
}
