import HostSupport
import HostTools
import SystemPackage
import Testing

extension Trait where Self == QuiverTrait {
    /// A running machine `vm1` on the baked image of `Examples/netlab`, booted once for the whole suite.
    ///
    /// Tests that leave it as it is may use it; the others fork it (``QuiverProcess/withFork(of:_:_:)``).
    static var bootedMachine: Self {
        Self { body in
            try await QuiverProcess.withHome { quiver in
                try await withCleanup {
                    let project = QuiverProcess.netlab.string
                    let started = try await quiver.run("start", "vm1", "--project", project, "--wait", "ssh")
                    try #require(started.status == 0, "\(started.errors)")
                    try await body(quiver)
                } cleanup: {
                    for name in Directory.names(in: quiver.home.appending("machines")) {
                        _ = try? await quiver.run("kill", name)
                    }
                }
            }
        }
    }
}

extension QuiverProcess {
    /// A project with a suite that passes once in each machine.
    static let netlab = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        .appending("Examples/netlab")

    /// Runs the body with a fork of a running machine, which is removed afterwards.
    ///
    /// - Parameter prefix: What the fork's name begins with, before `-1`.
    func withFork(
        of machine: String = "vm1",
        _ prefix: String,
        _ body: (_ name: String) async throws -> Void,
    ) async throws {
        let forked = try await run("fork", machine, "--name", prefix)
        try #require(forked.status == 0, "\(forked.errors)")
        try await withCleanup {
            try await body("\(prefix)-1")
        } cleanup: {
            _ = try? await run("rm", "--force", "\(prefix)-1")
        }
    }
}
