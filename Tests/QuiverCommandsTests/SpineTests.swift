import HostSupport
import HostTools
import PatienceForTests
import Synchronization
import SystemPackage
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One machine's life and a project's test runs, each command a process of its own, with a real guest.
@Suite(.serialized, .bootedMachine, .hangLimit(minutes: 10)) struct SpineTests {
    let quiver: QuiverProcess

    init() throws { quiver = try QuiverProcess.current }

    @Test func `a started machine's state is told, and commands in its guest end with their own status`() async throws {
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
    }

    /// Longer than anybody waits for the monitor: whoever is in the guest must not hold it.
    @Test func `a machine's snapshots are listed while somebody is in its guest`() async throws {
        async let inside = quiver.run("ssh", "vm1", "--", "sleep 12")
        let meanwhile = try await quiver.run("snapshot", "ls", "vm1")
        #expect(meanwhile.status == 0, "\(meanwhile.errors)")
        #expect(try await inside.status == 0)
    }

    /// What runs in a guest is gone with its state: whoever waits for it is told, and leaves the helper to the restore.
    @Test func `a command ends when its guest is restored, which is then fixed up`() async throws {
        try await quiver.withFork("restored") { name in
            try #require(try await quiver.run("snapshot", "save", name, "clean").status == 0)
            let ended = Mutex<ToolRun.Outcome?>(nil)
            async let running: Void = {
                let outcome = try await quiver.run("exec", name, "--", "sleep", "3600")
                ended.withLock { $0 = outcome }
            }()
            // The first may come before the command has begun.
            var loaded: ToolRun.Outcome?
            while ended.withLock({ $0 == nil }) {
                try await Task.sleep(for: .seconds(2))
                loaded = try await quiver.run("snapshot", "load", name, "clean")
                try await Task.sleep(for: .seconds(2))
            }
            try await running
            let outcome = try #require(ended.withLock { $0 })
            #expect(outcome.status == 75 && outcome.errors.contains("a snapshot was loaded"), "\(outcome.errors)")
            let last = try #require(loaded)
            #expect(last.status == 0 && !last.output.contains("were not fixed up"), "\(last)")
        }
    }

    /// The suite passes once, fails in the machine that it dirtied, and passes again where that is undone.
    @Test func `a machine that a suite dirtied is put back by a snapshot`() async throws {
        try await quiver.withFork("dirty") { name in
            let saved = try await quiver.run("snapshot", "save", name, "clean")
            try #require(saved.status == 0, "\(saved.errors)")
            #expect(try await quiver.run("ssh", name, "--", "touch", "dirty").status == 0)

            let netlab = QuiverProcess.netlab.string
            let junit = quiver.home.appending("junit.xml")
            let first = try await quiver.run("test", netlab, "--vm", name, "--junit", junit.string)
            try #require(first.status == 0, "\(first.output)\(first.errors)")
            #expect(first.output.contains("6 passed"))
            #expect(try WholeFile.readText(junit).contains("tests=\"6\""))
            let second = try await quiver.run("test", netlab, "--vm", name)
            #expect(second.status == 1, "\(second.output)\(second.errors)")
            #expect(second.output.contains("6 failed"))
            let loaded = try await quiver.run("snapshot", "load", name, "clean")
            try #require(loaded.status == 0, "\(loaded.errors)")
            #expect(try await quiver.run("ssh", name, "--", "test", "!", "-e", "dirty").status == 0)
            let third = try await quiver.run("test", netlab, "--vm", name, "--", "-q")
            #expect(third.status == 0, "\(third.output)\(third.errors)")
        }
    }

    @Test func `a stopped machine has snapshots, goes on from one with its memory, and is removed`() async throws {
        try await quiver.withFork("stopped") { name in
            let saved = try await quiver.run("snapshot", "save", name, "clean")
            try #require(saved.status == 0, "\(saved.errors)")
            let stopped = try await quiver.run("stop", name)
            try #require(stopped.output.contains("the guest shut down"), "\(stopped.output)\(stopped.errors)")

            #expect(try await quiver.run("snapshot", "save", name, "a b/c").status == 0)
            let list = try await quiver.run("snapshot", "ls", name)
            #expect(list.output.contains("a b/c") && list.output.contains("disks only"), "\(list.output)\(list.errors)")
            let disks = try await quiver.run("snapshot", "load", name, "a b/c")
            #expect(disks.output.contains("restored its disks to"), "\(disks.output)\(disks.errors)")
            #expect(try await quiver.run("snapshot", "rm", name, "a b/c").status == 0)
            let warm = try await quiver.run("snapshot", "load", name, "clean")
            try #require(warm.output.contains("started and loaded `clean`"), "\(warm.output)\(warm.errors)")
            #expect(try await quiver.run("exec", name, "--", "true").status == 0)

            #expect(try await quiver.run("rm", "--force", name).status == 0)
            #expect(!Directory.names(in: quiver.home.appending("machines")).contains(name))
        }
    }

    /// A failing test, a file that cannot be collected, no tests at all.
    @Test(arguments: [
        ("failing", "test_it.py", "def test_it():\n    assert 1 == 2\n", 1 as Int32),
        ("broken", "test_it.py", "import no_such_module\n", 2),
        ("empty", "notes.txt", "nothing to test\n", 5),
    ])
    func `a test run ends with pytest's own exit code`(
        name: String,
        file: String,
        text: String,
        status: Int32,
    ) async throws {
        let directory = quiver.home.appending(name)
        try Directory.create(directory)
        try WholeFile.write(text.utf8, to: directory.appending(file))
        let outcome = try await quiver.run("test", directory.string, "--vm", "vm1")
        #expect(outcome.status == status, "\(outcome.output)\(outcome.errors)")
        if name == "empty" { #expect(outcome.errors.contains("quiver: pytest ran no test in")) }
    }

    private struct StatusFacts: Decodable {
        let runState: String
        let pid: Int
        let qemuVersion: String
        let accelerator: String
        let sshPort: Int
    }
}
