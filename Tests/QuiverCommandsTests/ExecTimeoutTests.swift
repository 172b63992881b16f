import HostSupport
import HostTools
import LibC
import PatienceForTests
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `quiver exec --timeout` where nobody answers.
@Suite(.hangLimit(minutes: 5)) struct ExecTimeoutTests {
    @Test func `the time limit is also that for reaching QEMU and the guest`() async throws {
        try await BareMachines.with { machines in
            let quiver = machines.quiver
            let started = try await machines.start("a", "--format", "json")
            try #require(started.status == 0, "\(started.errors)")
            let pid = try JSONDecoder().decode(Process.self, from: Data(started.output.utf8)).pid

            let silentGuest = try await quiver.run("exec", "a", "--timeout", "5s", "--", "true")
            #expect(silentGuest.status == 75)
            #expect(silentGuest.errors.contains("gave up after"), "\(silentGuest.errors)")
            #expect(!silentGuest.errors.contains("gave up after 30"), "\(silentGuest.errors)")

            try #require(kill(pid, SIGSTOP) == 0)
            let stopped = try await quiver.run("exec", "a", "--timeout", "2s", "--", "true")
            #expect(stopped.status == 75)
            #expect(stopped.errors.contains("does not answer within 2.0 s"), "\(stopped.errors)")
        }
    }

    private struct Process: Decodable {
        let pid: Int32
    }
}
