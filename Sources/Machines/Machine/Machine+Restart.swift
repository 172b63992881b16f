import QMPClient
import QMPCore

extension Machine {
    /// Runs the body until it returns, or until the guest reboots, which cancels it.
    ///
    /// - Returns: Whether the guest rebooted first.
    public func untilRestart(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        // Subscribed before the body can cause an event.
        let resets = qmp.events(.named("RESET"))
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await body()
                return false
            }
            group.addTask {
                for try await _ in resets { return true }
                // The connection has ended: other watchers decide whether that ends the body.
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                guard let outcome else { continue }
                group.cancelAll()
                // Linux requests its reboot in several ways within some ten milliseconds, and QEMU reports each.
                if outcome { try await Task.sleep(for: .milliseconds(500)) }
                return outcome
            }
            throw CancellationError()
        }
    }
}
