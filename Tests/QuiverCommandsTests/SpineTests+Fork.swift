import HostSupport
import HostTools
import LibC
import PatienceForTests
import Subprocess
import SystemPackage
import Testing

@testable import QuiverCommands

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `quiver fork`: machines that go on from the instant at which another is.
extension SpineTests {
    @Test func `forks have their machine's memory and an identity of their own`() async throws {
        try await quiver.withFork("parent") { parent in
            // In memory only: a fork that had booted would not have it.
            let left = try await quiver.run("exec", parent, "--", "sh", "-c", "echo once > /run/left")
            try #require(left.status == 0, "\(left.errors)")

            let forked = try await quiver.run("fork", parent, "--count", "2", "--format", "json")
            try #require(forked.status == 0, "\(forked.errors)")
            let facts = try JSONDecoder().decode([ForkFacts].self, from: Data(forked.output.utf8))
            let names = ["\(parent)-1", "\(parent)-2"]
            try #require(facts.map(\.name) == names)
            #expect(facts.allSatisfy { $0.state == "running" && $0.sshPort > 0 })
            #expect(Set(facts.map(\.sshPort)).count == 2)
            let list = try await quiver.run("ls").output.split(separator: "\n")
            for name in [parent] + names { #expect(list.contains { $0.hasPrefix("\(name) ") }, "\(list)") }
            #expect(Directory.names(in: quiver.home.appending("cache/templates")).isEmpty, "the copy was left behind")

            var identities: Set<String> = []
            for name in [parent] + names {
                let identity = try await quiver.run("ssh", name, "--", "cat /etc/machine-id; hostname; cat /run/left")
                #expect(identity.status == 0, "\(name): \(identity.errors)")
                let lines = identity.output.split(separator: "\n").map(String.init)
                try #require(lines.count == 3, "\(name): \(identity.output)")
                #expect(identities.insert(lines[0]).inserted, "\(name) has the machine-id of another")
                #expect(lines[1] == name)
                #expect(lines[2] == "once")
            }

            // What one writes the others do not see; the machine that was forked is not needed any more.
            #expect(try await quiver.run("exec", names[0], "--", "touch", "/root/dirty").status == 0)
            #expect(try await quiver.run("rm", "--force", parent).status == 0)
            #expect(try await quiver.run("exec", names[1], "--", "test", "!", "-e", "/root/dirty").status == 0)
            #expect(try await quiver.run(["rm", "--force"] + names).status == 0)
        }
    }

    @Test func `a fork that was stopped boots from its own disk`() async throws {
        try await quiver.withFork("again") { name in
            let left = try await quiver.run("exec", name, "--", "sh", "-c", "echo disk > /root/left")
            try #require(left.status == 0, "\(left.errors)")
            let stopped = try await quiver.run("stop", name)
            try #require(stopped.output.contains("the guest shut down"), "\(stopped.output)\(stopped.errors)")
            let again = try await quiver.run("start", name, "--wait", "ssh")
            try #require(again.status == 0, "\(again.errors)")
            let disk = try await quiver.run("ssh", name, "--", "sudo cat /root/left; hostname")
            #expect(disk.output == "disk\n\(name)\n", "\(disk.errors)")
        }
    }

    /// Neither takes the other's names, let alone its machines.
    @Test func `two commands that fork a machine at once make machines of different names`() async throws {
        async let plain = quiver.run("fork", "vm1", "--format", "json")
        async let named = quiver.run("fork", "vm1", "--name", "vm1", "--format", "json")
        var names: Set<String> = []
        for outcome in [try await plain, try await named] {
            try #require(outcome.status == 0, "\(outcome.errors)")
            names.formUnion(try JSONDecoder().decode([ForkFacts].self, from: Data(outcome.output.utf8)).map(\.name))
        }
        #expect(names == ["vm1-1", "vm1-2"])
        for name in names { #expect(try await quiver.run("exec", name, "--", "true").status == 0) }
        #expect(try await quiver.run("rm", "--force", "vm1-1", "vm1-2").status == 0)

        try await quiver.withFork("web") { name in
            let list = try await quiver.run("ls")
            #expect(list.output.contains(name))
        }
    }

    /// It is told of, and gone with the next command that forks or mends.
    @Test(arguments: [
        // Before its QEMU was started, and after.
        ("birth", false), ("process.json", true), ("process.json", false),
    ])
    func `a fork that is left half made is explained and removed`(sign: String, isMended: Bool) async throws {
        let half = quiver.home.appending("machines/half-1")
        _ = try await Subprocess.run(
            .path(QuiverProcess.program),
            arguments: Arguments(QuiverProcess.patient(["fork", "vm1", "--name", "half"])),
            environment: .inherit.updating(["QUIVER_HOME": quiver.home.string]),
            input: .none,
            output: .discarded,
            error: .discarded,
        ) { execution in
            let end = ContinuousClock.now + Patience.seconds(60)
            while FileStamp(of: half.appending(sign)) == nil, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(2))
            }
            try #require(kill(execution.processIdentifier.value, SIGKILL) == 0)
        }
        let found = try await quiver.run("doctor")
        #expect(found.output.contains("machine half-1"), "\(found.output)")
        if isMended {
            #expect(try await quiver.run("doctor", "--fix").errors.contains("fixed: "))
        } else {
            try await quiver.withFork("next") { _ in }
        }
        #expect(!Directory.exists(half))
        let left = try await ToolRun.run("pgrep", ["-f", "qemu-system.*\(quiver.home)/machines/half"])
        #expect(left.output.isEmpty, "still running: \(left.output)")
    }

    private struct ForkFacts: Decodable {
        let name: String
        let state: String
        let sshPort: Int
    }
}
