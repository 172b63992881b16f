import PatienceForTests
import Testing

/// Waits until the condition holds; for what another process does, of which nothing tells.
func eventually(within limit: Duration = Patience.seconds(60), _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while try !condition() {
        let isInTime = ContinuousClock.now < end
        try #require(isInTime, "it never came true")
        try await Task.sleep(for: .milliseconds(10))
    }
}
