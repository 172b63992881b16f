import Testing

extension IsolationTests {
    /// Whether pytest was loaded before the freeze or is started in the fork: nothing but the time tells.
    func loadAhead(_ quiver: QuiverProcess) async throws {
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
