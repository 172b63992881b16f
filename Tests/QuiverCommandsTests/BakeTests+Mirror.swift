import HostSupport
import HostTools
import ServersForTests
import SystemPackage
import Testing

extension BakeTests {
    /// Through QEMU's network apt waits more than a minute for a mirror that does not answer: it is named before.
    @Test func `a mirror of packages that is out of reach is named while the guest still waits for it`() async throws {
        let mirror = try SilentServer()
        defer { extendLifetime(mirror) }
        let host = "10.0.2.2:\(mirror.port)"
        try await Self.withProject(
            """
            #cloud-config
            bootcmd: [rm -rf /etc/apt/sources.list.d]
            apt:
              preserve_sources_list: false
              sources_list: deb [trusted=yes] http://\(host)/debian stable main
            packages: [quiver-needs-this]
            """
        ) { quiver, project in
            let failed = try await quiver.run("test", project.string, "--keep-failed", "--boot-timeout", "1h")
            #expect(failed.status == 1, "\(failed.output)\(failed.errors)")
            let line = failed.errors.split(separator: "\n").last { $0.hasPrefix("quiver: ") } ?? ""
            let words = "the guest cannot reach its package mirror, http://\(host)/debian"
            #expect(line.contains(words), "\(failed.errors)")
            let name = "bake-project-1"
            let waiting = try await quiver.run("exec", name, "--", "pgrep", "-x", "apt-get")
            #expect(waiting.status == 0, "apt-get has ended: \(waiting.errors)")
            #expect(try await quiver.run("kill", name).status == 0)
            #expect(try await quiver.run("rm", name).status == 0)
        }
    }
}
