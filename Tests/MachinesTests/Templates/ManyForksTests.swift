import GuestAccess
import HostSupport
import PatienceForTests
import SystemPackage
import Testing

@testable import Forks
@testable import Machines

/// Many forks, one after another and at once; `fork-bench` of the benchmarks does the same a thousand times.
@Suite(.tags(.qemu), .hangLimit(minutes: 20))
struct ManyForksTests {
    @Test func `no fork fails, none differs and nothing is left, one after another and four at once`() async throws {
        let template = try await ForkFixture.template()
        try await ScratchHome.with { home in
            for _ in 0..<12 { try await check(template, home) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await check(template, home) } }
                try await group.waitForAll()
            }
            #expect(Directory.names(in: home.cache.appending("scoped")).isEmpty)
            #expect(Directory.names(in: home.runtime).isEmpty)
        }
        try await template.check()
    }

    private func check(_ template: Template, _ home: QuiverHome) async throws {
        try await template.withFork(home: home) { fork in
            let seen = try await #require(fork.helper).collect(
                .shell("hostname; ls /run/visited 2>/dev/null; touch /run/visited"),
                within: Patience.seconds(60)
            )
            #expect(seen.text == "forked\n")
        }
    }
}
