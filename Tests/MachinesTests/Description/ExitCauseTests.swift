import Testing
import WireJSON

@testable import Machines

struct ExitCauseTests {
    private func cause(_ process: ProcessEnd?, _ reason: String? = nil, panicked: Bool = false) -> ExitCause.Kind {
        var events: [RecordedEvent] = []
        if panicked { events.append(RecordedEvent(name: "GUEST_PANICKED", data: [:])) }
        if let reason { events.append(RecordedEvent(name: "SHUTDOWN", data: ["reason": .string(reason)])) }
        return ExitCause(process: process, events: events, lastWords: "").kind
    }

    @Test func `an end is explained by its event and its process's status`() {
        #expect(cause(.exited(0), "guest-shutdown") == .guestShutdown)
        #expect(cause(.exited(0), "host-qmp-quit") == .quit)
        #expect(cause(.exited(0), "host-signal") == .terminated)
        #expect(cause(.exited(0), "guest-panic") == .guestPanic)
        #expect(cause(.exited(0), panicked: true) == .guestPanic)
        #expect(cause(.exited(1)) == .failed)
        #expect(cause(.killed(9)) == .killed)
        #expect(cause(.killed(11)) == .crashed)
        #expect(cause(nil) == .unknown)
    }

    @Test(arguments: [
        // QEMU stayed after the shutdown, and was told to quit.
        (["guest-shutdown", nil, "host-qmp-quit"], ExitCause.Kind.guestShutdown),
        // It was reset after the shutdown, and ran again.
        (["guest-shutdown", "RESUME", "host-qmp-quit"], .quit),
        (["RESUME", "guest-shutdown", "host-signal"], .guestShutdown),
    ])
    func `a QEMU that stays after its guest's shutdown ends by that shutdown`(
        reasons: [String?],
        expected: ExitCause.Kind,
    ) {
        let events = reasons.map { reason in
            switch reason {
            case nil: RecordedEvent(name: "STOP", data: [:])
            case "RESUME": RecordedEvent(name: "RESUME", data: [:])
            case let reason?: RecordedEvent(name: "SHUTDOWN", data: ["reason": .string(reason)])
            }
        }
        #expect(ExitCause(process: .exited(0), events: events, lastWords: "").kind == expected)
    }
}
