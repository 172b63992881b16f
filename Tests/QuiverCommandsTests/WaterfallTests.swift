import GuestAccess
import Testing

@testable import QuiverCommands

@Suite struct WaterfallTests {
    @Test func `a clock that was set during the boot does not upset the picture`() throws {
        let milestones = [
            GuestMilestone(name: "cloud-init init-local start", uptime: .seconds(-30)),
            GuestMilestone(name: "cloud-init init-local finished", uptime: .seconds(3000)),
            GuestMilestone(name: "cloud-init", uptime: .seconds(20)),
        ]
        let times = BootTimes(milestones: milestones, manager: "UserspaceTimestampMonotonic=2000000\n", units: "")
        let lines = WaterfallReport("vm1", times, services: 5).text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("cloud-init init-local") })
        #expect(lines.allSatisfy { $0.count <= 140 })
    }
}
