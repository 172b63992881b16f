import HostSupport
import QGA
import QMPCore
import Quantities
import Synchronization

extension GuestAgent {
    /// Freezes the guest's file systems, runs `body`, and always thaws them.
    ///
    /// While they are frozen, the agent allows little else, and every program that writes in the guest blocks: keep it
    /// short. They are also thawed if freezing failed, or timed out and ends later: thawing is repeated until the agent
    /// says that nothing is frozen.
    /// - Parameters:
    ///   - limit: The time limit for thawing.
    ///   - body: Gets the number of file systems that were frozen.
    /// - Throws: What `body` throws; ``QMPCore/QMPError`` when freezing failed; ``QMPCore/QMPError`` that says so when the file systems
    ///   are still frozen at the end, with what `body` threw as its cause.
    public func withFrozenFileSystems<Value: Sendable>(
        thawingWithin limit: Duration = .seconds(120),
        _ body: (Int64) async throws -> Value,
    ) async throws -> Value {
        let obstacle = Mutex<QMPError?>(nil)
        let value: Value
        do {
            value = try await withCleanup {
                try await body(try await self.guestFsfreezeFreeze())
            } cleanup: {
                let found = await self.thaw(within: limit)
                obstacle.withLock { $0 = found }
            }
        } catch {
            throw obstacle.withLock { $0 }.map { stillFrozen($0, cause: error) } ?? error
        }
        if let found = obstacle.withLock({ $0 }) { throw stillFrozen(found, cause: found) }
        return value
    }

    /// Thaws until the agent says that nothing is frozen.
    ///
    /// The agent runs one command after another, so it answers after the end of a freeze that timed out.
    /// - Returns: Why they may still be frozen; nil if they are not.
    private func thaw(within limit: Duration) async -> QMPError? {
        let end = ContinuousClock.now + limit
        var last = QMPError(.timedOut, command: GuestFsfreezeThaw.name, "\(guest): thawing did not end")
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return last }
            do throws(QMPError) {
                let deadline = min(left, options.commandDeadline)
                _ = try await execute(GuestFsfreezeThaw(), deadline: deadline)
                let status = try await execute(GuestFsfreezeStatusCommand(), deadline: deadline)
                if status == .thawed { return nil }
                let answer = "\(guest): the agent says \(status)"
                last = QMPError(.protocolViolation, command: GuestFsfreezeThaw.name, answer)
            } catch {
                // An agent that cannot freeze has frozen nothing.
                if error.errorClass == "CommandNotFound" { return nil }
                last = error
                if error.code == .connectionClosed { return last }
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func stillFrozen(_ obstacle: QMPError, cause: any Error) -> QMPError {
        QMPError(
            obstacle.code,
            command: GuestFsfreezeThaw.name,
            "\(guest): its file systems are still frozen; thaw them with guest-fsfreeze-thaw: \(obstacle.message)",
            cause: cause,
        )
    }
}
