import Testing

extension IsolationTests {
    /// Nothing but the time tells.
    @Test func `pytest is loaded before the freeze, or started in the fork where it must be`() async throws {
        let ahead = try await Self.run(quiver, "ahead", ["--isolate", "none"])
        #expect(ahead.status == 0, "\(ahead.output)\(ahead.errors)")
        for project in ["shadowing", "unprivileged", "developing"] {
            for isolation in ["none", "test"] {
                let run = try await Self.run(quiver, project, ["--isolate", isolation])
                #expect(run.status == 0, "\(project), --isolate \(isolation): \(run.output)\(run.errors)")
                #expect(run.summary == "1 passed")
            }
        }
    }
}
