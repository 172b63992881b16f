import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

/// Commands that take several names and go on after one that fails.
@Suite(.hangLimit(minutes: 5)) struct SeveralMachinesTests {
    @Test func `several machines are started, stopped, killed and removed, whichever of them fails`() async throws {
        try await BareMachines.with { machines in
            let quiver = machines.quiver
            let started = try await machines.start("a", "b", "a", "--format", "json")
            try #require(started.status == 0, "\(started.errors)")
            #expect(try BareMachines.names(in: started.output) == ["a", "b"])

            let stopped = try await quiver.run("stop", "a", "nobody", "b", "--grace", "4s", "--format", "json")
            #expect(stopped.status == 1)
            #expect(try BareMachines.names(in: stopped.output) == ["a", "b"])
            expectOneComplaint(of: stopped, about: "nobody")

            let again = try await quiver.run("start", "no/name", "a", "b")
            #expect(again.status == 64)
            #expect(again.output.contains("name         a\n") && again.output.contains("\n\nname         b\n"))
            expectOneComplaint(of: again, about: "no/name")

            let removedTooSoon = try await quiver.run("rm", "a", "b")
            #expect(removedTooSoon.status == 1)
            #expect(BareMachines.complaints(of: removedTooSoon).count == 2, "\(removedTooSoon.errors)")

            let killed = try await quiver.run("kill", "nobody", "a", "b")
            #expect(killed.status == 1)
            #expect(
                killed.output.split(separator: "\n").map { $0.prefix(18) } == [
                    "a: QEMU was killed", "b: QEMU was killed",
                ]
            )
            expectOneComplaint(of: killed, about: "nobody")

            let removed = try await quiver.run("rm", "nobody", "a", "b")
            #expect(removed.status == 1)
            expectOneComplaint(of: removed, about: "nobody")
            #expect(Directory.names(in: quiver.home.appending("machines")).isEmpty)
        }
    }

    @Test func `one name gives one object, and no machine at all an empty array`() async throws {
        try await BareMachines.with { machines in
            let quiver = machines.quiver
            let started = try await machines.start("a", "--format", "json")
            #expect(started.status == 0 && started.output.hasPrefix("{"), "\(started)")
            let stopped = try await quiver.run("stop", "a", "--grace", "4s", "--format", "json")
            #expect(stopped.status == 0 && stopped.output.hasPrefix("{"), "\(stopped)")
            let none = try await quiver.run("stop", "a", "nobody", "--format", "json")
            #expect(none.status == 1)
            #expect(try BareMachines.names(in: none.output).isEmpty)
            #expect(BareMachines.complaints(of: none).count == 2, "\(none.errors)")
        }
    }

    @Test func `the ssh configuration of a stopped machine is refused with what to do`() async throws {
        try await BareMachines.with { machines in
            let quiver = machines.quiver
            let started = try await machines.start("a")
            try #require(started.status == 0, "\(started.errors)")
            let running = try await quiver.run("ssh-config", "a", "nobody", "--user", "me")
            #expect(running.status == 1)
            #expect(running.output.hasPrefix("Host a\n  HostName 127.0.0.1\n"), "\(running)")
            #expect(running.output.contains("\n  User me\n"))
            expectOneComplaint(of: running, about: "nobody")
            #expect(try await quiver.run("kill", "a").status == 0)
            let stopped = try await quiver.run("ssh-config", "a")
            #expect(stopped.status == 1 && stopped.output.isEmpty)
            expectOneComplaint(of: stopped, about: "`quiver start a`")
        }
    }

    private func expectOneComplaint(of outcome: ToolRun.Outcome, about fragment: String) {
        let complaints = BareMachines.complaints(of: outcome)
        #expect(complaints.count == 1 && complaints.first?.contains(fragment) == true, "\(outcome.errors)")
    }
}
