import Testing

@testable import Machines

@Suite struct FirmwareTimeTests {
    private static func opening(_ port: Int, at seconds: Int, isOpen: Bool = true) -> String {
        event("VSERPORT_CHANGE", at: seconds, #"{"open": \#(isOpen), "id": "channel\#(port)-port"}"#)
    }

    private static func event(_ name: String, at seconds: Int, _ data: String = "{}") -> String {
        #"{"timestamp": {"seconds": \#(seconds), "microseconds": 500000}, "event": "\#(name)", "data": \#(data)}"#
    }

    /// The machine starts at 1000; its helper, at channel 1, when the kernel has been running for 8 seconds.
    static let records: [(what: String, lines: [String], milliseconds: Int?)] = [
        ("the helper's port is opened", [opening(0, at: 1004), opening(1, at: 1010)], 2500),
        (
            "a helper is started anew",
            [opening(1, at: 1006), opening(1, at: 1006, isOpen: false), opening(1, at: 1010)], 2500
        ),
        ("a guest restarts", [opening(1, at: 1010), event("RESET", at: 1020), opening(1, at: 1031)], 3000),
        ("a machine is stopped later", [opening(1, at: 1010), event("STOP", at: 1050), opening(1, at: 1051)], 2500),
        (
            "a machine stands still before",
            [event("STOP", at: 1002), event("RESUME", at: 1005), opening(1, at: 1015)], nil
        ),
        ("a fork's guest is older than its machine", [opening(1, at: 1001)], nil),
        ("a guest restarts, and no helper has come", [opening(1, at: 1010), event("RESET", at: 1020)], nil),
        ("a line is cut off", [opening(1, at: 1010), #"{"timestamp": {"seco"#], 2500),
        (
            "an event has no time",
            [#"{"event": "VSERPORT_CHANGE", "data": {"open": true, "id": "channel1-port"}}"#], nil
        ),
        ("nothing was recorded", [], nil),
    ]

    @Test(arguments: records)
    func `the time before the kernel is told by QEMU's events`(what: String, lines: [String], milliseconds: Int?) {
        let time = FirmwareTime(
            events: RecordedEvent.parse(Array(lines.joined(separator: "\n").utf8)),
            startedAt: 1000,
            helperPort: "channel1-port",
            helperStarted: .seconds(8),
        )
        #expect(time?.duration == milliseconds.map { .milliseconds($0) }, "\(what)")
    }
}
