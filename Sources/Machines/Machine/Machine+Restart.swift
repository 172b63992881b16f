import HostSupport
import QMPClient
import QMPCore

extension Machine {
    /// Runs the body until it returns, or until the guest reboots, which cancels it.
    ///
    /// - Returns: Whether the guest rebooted first.
    public func untilRestart(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        // Subscribed before the body can cause an event.
        let resets = qmp.events(.named("RESET"))
        let restarted: Bool? = try await race(
            {
                try await body()
                return false
            },
            {
                for try await _ in resets { return true }
                // The connection has ended: other watchers decide whether that ends the body.
                return nil
            },
        )
        guard let restarted else { throw CancellationError() }
        // Linux requests its reboot in several ways within some ten milliseconds, and QEMU reports each.
        if restarted { try await Task.sleep(for: .milliseconds(500)) }
        return restarted
    }
}
