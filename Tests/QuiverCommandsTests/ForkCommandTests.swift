import HostSupport
import PatienceForTests
import Subprocess
import SystemPackage
import Testing

@testable import QuiverCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `quiver fork`: machines that go on from the instant at which another is, with a real guest.
@Suite struct ForkCommandTests {
    private static let netlab = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("Examples/netlab").string

    @Test(.hangLimit(minutes: 20))
    func `a running machine is forked, goes on, and its forks are machines like any other`() async throws {
        try await QuiverProcess.withHome { quiver in
            try await withCleanup {
                try await fork(quiver)
            } cleanup: {
                for name in Folder.names(in: quiver.home.appending("machines")) {
                    _ = try? await quiver.run("kill", name)
                }
            }
        }
    }

    private func fork(_ quiver: QuiverProcess) async throws {
        let started = try await quiver.run("start", "vm1", "--project", Self.netlab, "--wait", "ssh")
        try #require(started.status == 0, "\(started.errors)")
        // In memory only: a fork that had booted would not have it.
        let left = try await quiver.run(
            "exec",
            "vm1",
            "--",
            "sh",
            "-c",
            "echo once > /run/left; echo disk > /root/left"
        )
        #expect(left.status == 0, "\(left.errors)")

        let forked = try await quiver.run("fork", "vm1", "--count", "2", "--format", "json")
        try #require(forked.status == 0, "\(forked.errors)")
        let facts = try JSONDecoder().decode([Facts].self, from: Data(forked.output.utf8))
        #expect(facts.map(\.name) == ["vm1-1", "vm1-2"])
        #expect(facts.allSatisfy { $0.state == "running" && $0.sshPort > 0 })
        #expect(Set(facts.map(\.sshPort)).count == 2)
        #expect(try await quiver.run("ls").output.split(separator: "\n").count == 4)
        #expect(Folder.names(in: quiver.home.appending("cache/templates")).isEmpty, "the copy was left behind")

        var identities: Set<String> = []
        for name in ["vm1", "vm1-1", "vm1-2"] {
            let identity = try await quiver.run("ssh", name, "--", "cat /etc/machine-id; hostname; cat /run/left")
            #expect(identity.status == 0, "\(name): \(identity.errors)")
            let lines = identity.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 3, "\(name): \(identity.output)")
            #expect(identities.insert(lines[0]).inserted, "\(name) has the machine-id of another")
            if name != "vm1" { #expect(lines[1] == name) }
            #expect(lines[2] == "once")
        }

        try await forkTwiceAtOnce(quiver)
        try await killWhileForking(quiver)

        // What one writes the others do not see; the machine that was forked is not needed any more.
        #expect(try await quiver.run("exec", "vm1-1", "--", "touch", "/root/dirty").status == 0)
        #expect(try await quiver.run("rm", "--force", "vm1").status == 0)
        #expect(try await quiver.run("exec", "vm1-2", "--", "test", "!", "-e", "/root/dirty").status == 0)

        // Stopped and started again a fork boots from its own disk.
        let stopped = try await quiver.run("stop", "vm1-1")
        #expect(stopped.output.contains("the guest shut itself down"), "\(stopped.output)\(stopped.errors)")
        let again = try await quiver.run("start", "vm1-1", "--wait", "ssh")
        #expect(again.status == 0, "\(again.errors)")
        let disk = try await quiver.run("ssh", "vm1-1", "--", "sudo cat /root/left; hostname; sudo ls /root/dirty")
        #expect(disk.output == "disk\nvm1-1\n/root/dirty\n", "\(disk.errors)")
        #expect(try await quiver.run("rm", "--force", "vm1-1", "vm1-2").status == 0)
    }

    /// Neither takes the other's names, let alone its machines.
    private func forkTwiceAtOnce(_ quiver: QuiverProcess) async throws {
        async let plain = quiver.run("fork", "vm1", "--format", "json")
        async let named = quiver.run("fork", "vm1", "--name", "vm1", "--format", "json")
        var names: Set<String> = []
        for outcome in [try await plain, try await named] {
            try #require(outcome.status == 0, "\(outcome.errors)")
            names.formUnion(try JSONDecoder().decode([Facts].self, from: Data(outcome.output.utf8)).map(\.name))
        }
        #expect(names == ["vm1-3", "vm1-4"])
        for name in names { #expect(try await quiver.run("exec", name, "--", "true").status == 0) }
        #expect(try await quiver.run("rm", "--force", "vm1-3", "vm1-4").status == 0)

        let other = try await quiver.run("fork", "vm1", "--name", "web")
        #expect(other.status == 0 && other.output.contains("web-1"), "\(other.output)\(other.errors)")
        #expect(try await quiver.run("rm", "--force", "web-1").status == 0)
    }

    /// A fork that is left half made is told of, and gone with the next command that forks or mends.
    private func killWhileForking(_ quiver: QuiverProcess) async throws {
        let half = quiver.home.appending("machines/half-1")
        // Before its QEMU was started, and after.
        for (sign, isMended) in [("birth", false), ("process.json", true), ("process.json", false)] {
            _ = try await Subprocess.run(
                .path(QuiverProcess.program),
                arguments: ["fork", "vm1", "--name", "half"],
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
                #expect(try await quiver.run("doctor", "--mend").errors.contains("mended"))
            } else {
                #expect(try await quiver.run("fork", "vm1", "--name", "next").status == 0)
                #expect(try await quiver.run("rm", "--force", "next-1").status == 0)
            }
            #expect(!Folder.exists(half), "\(sign)")
        }
        let left = try await ToolRun.run("pgrep", ["-f", "qemu-system.*\(quiver.home)/machines/half"])
        #expect(left.output.isEmpty, "still running: \(left.output)")
    }

    @Test func `what cannot be forked is said in one line`() async throws {
        try await QuiverProcess.withHome { quiver in
            let missing = try await quiver.run("fork", "nobody")
            #expect(missing.status == 1)
            #expect(
                missing.errors.contains("machine nobody") || missing.errors.contains("nobody:"),
                "\(missing.errors)"
            )
            #expect(try await quiver.run("fork", "nobody", "--count", "0").status == 64)
        }
    }

    private struct Facts: Decodable {
        let name: String
        let state: String
        let sshPort: Int
    }
}
