import Testing

/// Gives all tests of a suite together one `quiver` command and its home: ``QuiverProcess/current``.
struct QuiverTrait: SuiteTrait, TestScoping {
    @TaskLocal fileprivate static var process: QuiverProcess?

    /// Makes the home, hands out the command, and cleans up.
    let scope: @Sendable (_ body: (QuiverProcess) async throws -> Void) async throws -> Void

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void,
    ) async throws {
        try await scope { quiver in
            try await Self.$process.withValue(quiver) { try await function() }
        }
    }
}

extension QuiverProcess {
    /// The command that the suite's ``QuiverTrait`` made.
    static var current: QuiverProcess {
        get throws { try #require(QuiverTrait.process, "the suite has no trait that gives it a `quiver` command") }
    }
}
