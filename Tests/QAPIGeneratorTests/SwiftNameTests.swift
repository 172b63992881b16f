import QAPIGenerator
import Testing

@Suite struct SwiftNameTests {
    @Test(arguments: [
        ("job-id", "jobID"), ("snapshot-save", "snapshotSave"), ("system_powerdown", "systemPowerdown"),
        ("query-cpus-fast", "queryCPUsFast"), ("id", "id"), ("fd", "fd"), ("x86_64", "x86_64"), ("2_5", "_2_5"),
        ("486", "_486"), ("DEVICE_DELETED", "deviceDeleted"), ("KVMMissingCap", "kvmMissingCap"),
        ("GenericError", "genericError"), ("L1", "l1"), ("in", "in"), ("sse4.1", "sse4_1"),
        ("x-ignore-shared", "xIgnoreShared"),
    ])
    func `QAPI's names become Swift's`(name: String, expected: String) {
        #expect(SwiftName.lower(name) == expected)
    }

    @Test(arguments: [
        ("snapshot-save", "SnapshotSave"), ("query-cpus-fast", "QueryCPUsFast"), ("DEVICE_DELETED", "DeviceDeleted"),
        ("nbd-server-start", "NBDServerStart"),
    ])
    func `commands and events become types`(name: String, expected: String) {
        #expect(SwiftName.upper(name) == expected)
    }

    @Test func `a keyword stands in backticks`() {
        #expect(SwiftName.escaped("in") == "`in`")
        #expect(SwiftName.escaped("inside") == "inside")
    }
}
