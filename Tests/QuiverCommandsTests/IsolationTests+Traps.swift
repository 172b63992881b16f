import HostSupport
import HostTools
import LibC
import PatienceForTests
import SystemPackage
import Testing

extension IsolationTests {
    /// The program ends by a trap, as by a fault of its own: its machines end with it, and the next run removes the rest.
    @Test(arguments: ["template frozen", "standby ready", "test ran"])
    func `a run that ends by a trap leaves no machine, and the next removes its template`(place: String) async throws {
        let outcome = try await ToolRun.run(
            QuiverProcess.program.string,
            QuiverProcess.patient(["test", Self.projects.appending("chosen").string, "--isolate", "test"]),
            environment: ["QUIVER_HOME": quiver.home.string, "QUIVER_TRAP_AT": place],
        )
        #expect(!outcome.isSuccess && outcome.errors.contains("the trap at \"\(place)\""), "\(outcome)")
        #expect(!outcome.errors.contains("Backtrace"), "\(outcome.errors)")
        try await Self.expectNoMachine(of: quiver)

        let next = try await Self.run(quiver, "chosen", ["--isolate", "test"])
        #expect(next.status == 0, "\(next.output)\(next.errors)")
        let left = Directory.names(in: quiver.home.appending("cache/templates")).filter { $0.hasPrefix("scratch") }
        #expect(left.isEmpty)
    }

    /// What keeps a machine, and so ends with its owner, needs a moment.
    private static func expectNoMachine(of quiver: QuiverProcess) async throws {
        let scoped = quiver.home.appending("cache/scoped")
        let end = ContinuousClock.now + Patience.seconds(10)
        while true {
            let machines = try await ToolRun.run("pgrep", ["-f", "qemu-system.*\(scoped)/"]).output
            if machines.isEmpty, Directory.names(in: scoped).isEmpty { return }
            try #require(ContinuousClock.now < end, "left: \(machines) \(Directory.names(in: scoped))")
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
