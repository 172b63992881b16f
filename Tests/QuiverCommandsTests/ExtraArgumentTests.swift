import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

/// `quiver start --qemu-arg`.
@Suite(.hangLimit(minutes: 5)) struct ExtraArgumentTests {
    @Test func `arguments for QEMU reach it as they are, also when the machine is started again`() async throws {
        try await BareMachines.with { machines in
            let quiver = machines.quiver
            let log = quiver.home.appending("my log, with a comma")
            let started = try await machines.start(
                "a",
                "--qemu-arg=-d",
                "--qemu-arg",
                "cpu_reset",
                "--qemu-arg",
                "-D",
                "--qemu-arg=\(log)",
            )
            try #require(started.status == 0, "\(started.errors)")
            #expect(try WholeFile.readText(log).contains("CPU Reset"))
            #expect(try await quiver.run("kill", "a").status == 0)
            try Directory.removeTree(log)
            let again = try await quiver.run("start", "a")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try WholeFile.readText(log).contains("CPU Reset"))
        }
    }

    @Test func `an argument that QEMU refuses is reported in QEMU's words, and no machine is left`() async throws {
        try await BareMachines.with { machines in
            let refused = try await machines.start("a", "--qemu-arg=-frobnicate")
            #expect(refused.status == 1)
            let complaints = BareMachines.complaints(of: refused)
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("-frobnicate: invalid option") == true, "\(refused.errors)")
            #expect(Directory.names(in: machines.quiver.home.appending("machines")).isEmpty)
        }
    }
}
