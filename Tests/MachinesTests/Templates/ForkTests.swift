import GuestAccess
import HostSupport
import SystemPackage
import Testing

@testable import Machines

@Suite(.tags(.qemu), .timeLimit(.minutes(10)))
struct ForkTests {
    @Test func `a fork goes on from the template's instant, at the host's time`() async throws {
        let template = try await ForkFixture.template()
        try await template.withFork { fork in
            let helper = try #require(fork.helper)
            let before = GuestFixUp.wallClock()
            let guest = try await helper.wallClock(within: .seconds(30))
            let after = GuestFixUp.wallClock()
            #expect(guest > before - 50_000_000 && guest < after + 50_000_000)
            #expect(try await helper.collect(.shell("hostname"), within: .seconds(30)).text == "forked\n")

        }
    }
}
