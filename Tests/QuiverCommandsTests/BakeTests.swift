import HostSupport
import HostTools
import PatienceForTests
import SystemPackage
import Testing

/// What a project's user-data does to its image, each run a process of its own that provisions a real guest.
@Suite(.hangLimit(minutes: 20)) struct BakeTests {
    @Test func `what cloud-init could not do is named, and the machine is kept to look at`() async throws {
        try await Self.withProject(
            """
            #cloud-config
            packages: [quiver-has-no-such-package]
            timezone: Nowhere/Atall
            runcmd:
              - echo the reason >&2; exit 3
            """
        ) { quiver, project in
            let failed = try await quiver.run("test", project.string, "--keep-failed")
            #expect(failed.status == 1, "\(failed.output)")
            let line = failed.errors.split(separator: "\n").last { $0.hasPrefix("quiver: ") } ?? ""
            for word in ["scripts", "package_update_upgrade_install", "timezone"] {
                #expect(line.replacing("-", with: "_").contains(word), "\(word) is not in: \(failed.errors)")
            }
            let name = "bake-project-1"
            #expect(line.contains("Its machine \(name) was kept"), "\(line)")
            let inside = try await quiver.run("exec", name, "--", "cat", "/etc/hostname")
            #expect(inside.output == "quiver\n", "\(inside.errors)")
            #expect(try await quiver.run("kill", name).status == 0)
            #expect(try await quiver.run("rm", name).status == 0)
            #expect(try await quiver.run("cache", "ls").output.contains("baked image") == false)
        }
    }

    /// The guest restarts itself when cloud-init has ended; all of its provisioning is there, and is not done again.
    @Test func `a guest that restarts itself is baked once`() async throws {
        try await Self.withProject(
            """
            #cloud-config
            runcmd:
              - echo once >>/etc/baked
            power_state: {mode: reboot, condition: true}
            """
        ) { quiver, project in
            let first = try await quiver.run("test", project.string)
            #expect(first.status == 0, "\(first.output)\(first.errors)")
            #expect(first.output.contains("1 passed"), "\(first.output)")
            #expect(!first.errors.contains("(cached)"), "\(first.errors)")
            let second = try await quiver.run("test", project.string)
            #expect(second.output.contains("1 passed"), "\(second.output)\(second.errors)")
            #expect(second.errors.contains("(cached)"), "\(second.errors)")
        }
    }

    /// A command whose bakes are its own, and a project with this user-data.
    static func withProject(
        _ userData: String,
        _ body: (QuiverProcess, FilePath) async throws -> Void,
    ) async throws {
        try await QuiverProcess.withHome { quiver in
            let bakes = quiver.home.appending("cache/bakes")
            try Directory.removeTree(bakes)
            try Directory.create(bakes)
            let project = quiver.home.appending("project")
            try Directory.create(project)
            let files = [
                ("pyproject.toml", "[tool.quiver]\nimage = \"debian:12\"\nuser-data = \"user-data\"\n"),
                ("user-data", userData + "\n"),
                ("test_baked.py", "def test_baked():\n    assert open(\"/etc/baked\").read() == \"once\\n\"\n"),
            ]
            for (name, text) in files { try WholeFile.write(text.utf8, to: project.appending(name)) }
            try await body(quiver, project)
        }
    }
}
