import HostSupport
import PatienceForTests
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One machine's life and a project's test runs, each command a process of its own, with a real guest.
@Suite(.serialized) struct SpineTests {
    private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent()
    private static let netlab = root.appending("Examples/netlab").string

    @Test(.hangLimit(minutes: 10))
    func `a machine is started, used, snapshotted, dirtied, put back and stopped`() async throws {
        try await QuiverProcess.withHome { quiver in
            let started = try await quiver.run("start", "vm1", "--project", Self.netlab, "--wait", "ssh")
            try #require(started.status == 0, "\(started.errors)")
            try await withCleanup {
                try await use(quiver)
            } cleanup: {
                _ = try? await quiver.run("kill", "vm1")
            }
        }
    }

    private func use(_ quiver: QuiverProcess) async throws {
        let status = try await quiver.run("status", "vm1", "--format", "json")
        let facts = try JSONDecoder().decode(StatusFacts.self, from: Data(status.output.utf8))
        #expect(facts.runState == "running")
        #expect(facts.pid > 1)
        #expect(facts.sshPort > 0)
        #expect(facts.accelerator == "tcg" || facts.accelerator == "kvm" || facts.accelerator == "hvf")
        #expect(facts.qemuVersion.contains("."))

        let uname = try await quiver.run("ssh", "vm1", "--", "uname", "-s")
        #expect(uname.output == "Linux\n", "\(uname.errors)")
        #expect(try await quiver.run("exec", "vm1", "--", "sh", "-c", "exit 7").status == 7)

        // Longer than anybody waits for the monitor: whoever is in the guest must not hold it.
        async let inside = quiver.run("ssh", "vm1", "--", "sleep 12")
        let meanwhile = try await quiver.run("snapshot", "ls", "vm1")
        #expect(meanwhile.status == 0, "\(meanwhile.errors)")
        #expect(try await inside.status == 0)

        try await useSSHConfiguration(quiver, of: "vm1")
        try await followBoot(quiver)
        try await typeAtConsole(quiver)
        try await copyWithoutRsync(quiver, "vm1")

        let saved = try await quiver.run("snapshot", "save", "vm1", "clean")
        try #require(saved.status == 0, "\(saved.errors)")
        #expect(try await quiver.run("ssh", "vm1", "--", "touch", "dirty").status == 0)

        // The suite passes once, fails in the machine that it dirtied, and passes again where that is undone.
        let junit = quiver.home.appending("junit.xml")
        let first = try await quiver.run("test", Self.netlab, "--vm", "vm1", "--junit", junit.string)
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.output.contains("6 passed"))
        #expect(try WholeFile.readText(junit).contains("tests=\"6\""))
        let second = try await quiver.run("test", Self.netlab, "--vm", "vm1")
        #expect(second.status == 1, "\(second.output)\(second.errors)")
        #expect(second.output.contains("6 failed"))
        let loaded = try await quiver.run("snapshot", "load", "vm1", "clean")
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(try await quiver.run("ssh", "vm1", "--", "test", "!", "-e", "dirty").status == 0)
        let third = try await quiver.run("test", Self.netlab, "--vm", "vm1", "--", "-q")
        #expect(third.status == 0, "\(third.output)\(third.errors)")

        try await checkPytestStatuses(quiver)

        let stopped = try await quiver.run("stop", "vm1")
        #expect(stopped.output.contains("the guest shut itself down"), "\(stopped.output)\(stopped.errors)")
        try await useStopped(quiver)
        #expect(try await quiver.run("rm", "--force", "vm1").status == 0)
        #expect(Folder.names(in: quiver.home.appending("machines")).isEmpty)
    }

    /// Snapshots of a machine that does not run, and its return from one that was saved while it did.
    private func useStopped(_ quiver: QuiverProcess) async throws {
        #expect(try await quiver.run("snapshot", "save", "vm1", "a b/c").status == 0)
        let list = try await quiver.run("snapshot", "ls", "vm1")
        #expect(list.output.contains("a b/c") && list.output.contains("disks only"), "\(list.output)\(list.errors)")
        let disks = try await quiver.run("snapshot", "load", "vm1", "a b/c")
        #expect(disks.output.contains("its disks are back"), "\(disks.output)\(disks.errors)")
        #expect(try await quiver.run("snapshot", "rm", "vm1", "a b/c").status == 0)
        let warm = try await quiver.run("snapshot", "load", "vm1", "clean")
        #expect(warm.output.contains("started and loaded `clean`"), "\(warm.output)\(warm.errors)")
        #expect(try await quiver.run("exec", "vm1", "--", "true").status == 0)
    }

    /// pytest's own exit codes: a failing test, a file that cannot be collected, no tests at all.
    private func checkPytestStatuses(_ quiver: QuiverProcess) async throws {
        let projects: [(name: String, file: String, text: String, status: Int32)] = [
            ("failing", "test_it.py", "def test_it():\n    assert 1 == 2\n", 1),
            ("broken", "test_it.py", "import no_such_module\n", 2),
            ("empty", "notes.txt", "nothing to test\n", 5),
        ]
        for project in projects {
            let folder = quiver.home.appending(project.name)
            try Folder.create(folder)
            try WholeFile.write(project.text.utf8, to: folder.appending(project.file))
            let outcome = try await quiver.run("test", folder.string, "--vm", "vm1")
            #expect(outcome.status == project.status, "\(project.name): \(outcome.output)\(outcome.errors)")
            if project.name == "empty" { #expect(outcome.errors.contains("quiver: no tests were found in")) }
        }
    }

    private struct StatusFacts: Decodable {
        let runState: String
        let pid: Int
        let qemuVersion: String
        let accelerator: String
        let sshPort: Int
    }
}
