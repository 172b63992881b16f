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

    @Test(arguments: [(-1500, "-1.50"), (-50, "-0.05"), (0, "0.00"), (1050, "1.05"), (12340, "12.34")])
    func `seconds have a sign and two decimals`(milliseconds: Int, text: String) {
        let milestones = [GuestMilestone(name: GuestMilestone.sshListens, uptime: .milliseconds(milliseconds))]
        let times = BootTimes(milestones: milestones, manager: "", units: "")
        #expect(WaterfallReport("vm1", times, services: 0).text.hasSuffix("ssh answered after \(text) s"))
    }
}
