import HostSupport
import QMPClient
import QMPCore

extension Machine {
    /// Runs the body until its end, or until the guest restarts, which cancels it.
    ///
    /// - Returns: Whether the guest restarted first.
    public func untilRestart(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        // Subscribed before the body can cause one.
        let resets = qmp.events(.named("RESET"))
        let restarted: Bool? = try await race(
            {
                try await body()
                return false
            },
            {
                for try await _ in resets { return true }
                // The connection has ended: whether that ends the body is for those who watch the machine.
                return nil
            },
        )
        guard let restarted else { throw CancellationError() }
        // Linux asks for its restart in several ways within some ten milliseconds, and QEMU tells of each.
        if restarted { try await Task.sleep(for: .milliseconds(500)) }
        return restarted
    }
}
