import HostSupport
import HostTools
import Testing

/// `quiver fork` where nothing can be forked.
@Suite struct ForkCommandTests {
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
}
