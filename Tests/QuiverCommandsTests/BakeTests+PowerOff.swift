import HostSupport
import HostTools
import SystemPackage
import Testing

extension BakeTests {
    /// The guest is off before its tools are there, and is booted once more for them.
    @Test func `a guest that powers itself off when cloud-init has ended is baked`() async throws {
        try await Self.withProject(
            """
            #cloud-config
            runcmd:
              - echo once >>/etc/baked
            power_state: {mode: poweroff, condition: true}
            """
        ) { quiver, project in
            let run = try await quiver.run("test", project.string)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            #expect(run.output.contains("1 passed"), "\(run.output)")
            #expect(run.errors.contains("the guest powered itself off; booting it again"), "\(run.errors)")
            #expect(try await quiver.run("cache", "ls").output.contains("baked image"))
        }
    }
}
