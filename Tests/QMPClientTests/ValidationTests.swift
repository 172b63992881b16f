import PatienceForTests
import QMPClient
import QMPCore
import QMPTesting
import Testing
import WireJSON

@Suite(.hangLimit(minutes: 1)) struct ValidationTests {
    private static let old = QMPGreeting.Version(major: 7, minor: 2, micro: 0)
    private static let new = QMPGreeting.Version(major: 10, minor: 0, micro: 2)

    /// What a fake of that version finds wrong with the command.
    private func complaint(_ name: String, _ arguments: JSONObject, in version: QMPGreeting.Version) async throws
        -> String?
    {
        try await FakeQEMU.withFake(validate: FakeValidation(version: version).complaint) { fake in
            fake.reply(to: name, with: .success([:]))
            return try await QMPConnection.withConnection(to: .unix(fake.socket)) { qmp in
                do {
                    _ = try await qmp.execute(name, arguments)
                    return nil
                } catch let error as QMPError {
                    #expect(error.code == .commandFailed)
                    #expect(fake.complaints.count == 1)
                    return error.message
                }
            }
        }
    }

    @Test(
        arguments: [
            ("query-status", [:]),
            ("device_add", ["driver": "virtio-rng-pci", "id": "x", "any": [1]]),
            ("blockdev-add", ["driver": "qcow2", "node-name": "d", "file": ["driver": "file", "filename": "/x"]]),
            ("blockdev-add", ["driver": "qcow2", "node-name": "d", "file": "other-node"]),
            ("snapshot-save", ["job-id": "j", "tag": "t", "vmstate": "d", "devices": ["d"]]),
        ] as [(String, JSONObject)]
    )
    func `a command that is right passes`(name: String, arguments: JSONObject) async throws {
        for version in [Self.old, Self.new] {
            let complaint = try await complaint(name, arguments, in: version)
            #expect(complaint == nil)
        }
    }

    @Test(
        arguments: [
            ("no-such-command", [:], "has not been found"),
            ("snapshot-save", ["tag": "t"], "'job-id' is missing"),
            ("query-status", ["extra": 1], "'extra' is unexpected"),
            ("snapshot-save", ["job-id": 1, "tag": "t", "vmstate": "d", "devices": []], "'job-id'"),
            ("snapshot-save", ["job-id": "j", "tag": "t", "vmstate": "d", "devices": [1]], "'devices'"),
            (
                "blockdev-add", ["driver": "qcow2", "file": ["driver": "file", "nonsense": 1, "filename": "/x"]], "file"
            ),
            ("blockdev-add", ["driver": "nonsense"], "'driver'"),
        ] as [(String, JSONObject, String)]
    )
    func `a command that is wrong is refused with the member's path`(
        name: String,
        arguments: JSONObject,
        expected: String
    ) async throws {
        let complaint = try await complaint(name, arguments, in: Self.new)
        #expect(complaint?.contains(expected) == true, "\(complaint ?? "no complaint")")
    }

    @Test func `what came later is unknown to an older version`() async throws {
        // Since 8.0.
        let inOld = try await complaint("query-cryptodev", [:], in: Self.old)
        #expect(inOld?.contains("has not been found") == true)
        let inNew = try await complaint("query-cryptodev", [:], in: Self.new)
        #expect(inNew == nil)
    }
}
