import HostSupport
import QMPClient
import QMPCore
import Quantities
import WireJSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How a machine was powered down.
public struct PowerDown: Hashable, Sendable, CustomStringConvertible {
    /// The rungs of the ladder, from the gentlest.
    public enum Rung: String, Sendable, Codable {
        /// The guest answered its power button.
        case powerButton = "power-button"
        /// The guest's agent shut it down.
        case guestAgent = "guest-agent"
        /// QEMU was told to quit.
        case quit
        /// QEMU was sent SIGTERM.
        case terminate
        /// QEMU was sent SIGKILL.
        case kill
    }

    /// The last rung that was tried before the machine ended.
    public let rung: Rung
    public let duration: Duration
    public let cause: ExitCause

    public var description: String { "\(cause), after \(duration.shortText) (by \(rung.rawValue))" }
}

extension Machine {
    /// Powers the machine down: gently at first, by force before the grace period ends.
    ///
    /// The guest gets four fifths of the period: its power button is pressed, again at each eighth of the period in
    /// case it was not listening, and half way its agent is asked. Then QEMU is told to quit, sent SIGTERM and SIGKILL.
    ///
    /// - Parameter grace: The time that all of this may take; zero kills at once.
    /// - Returns: The rung that worked, how long it took and why the machine ended.
    public func powerDown(within grace: Duration = .seconds(60)) async throws -> PowerDown {
        let start = ContinuousClock.now
        var last = PowerDown.Rung.kill
        // A guest whose processors stand still hears neither its button nor its agent.
        let isRunning = grace > .zero ? await isGuestRunning(within: grace / 8) : false
        let steps = Self.steps(for: grace, guestRuns: isRunning, hasAgent: socket(of: .guestAgent) != nil)
        for step in steps {
            // What waited too long for an answer has used up the time of the attempts after it.
            guard start + step.until > .now else { continue }
            last = step.rung
            if let cause = try await climb(step.rung, before: start + step.until) {
                return PowerDown(rung: last, duration: .now - start, cause: cause)
            }
        }
        let cause = try await kill()
        return PowerDown(rung: .kill, duration: .now - start, cause: cause)
    }

    /// One attempt, and when the next begins, counted from the start of the ladder.
    struct PowerDownStep: Hashable {
        let rung: PowerDown.Rung
        let until: Duration
    }

    /// The attempts before QEMU is killed, which happens soon enough for it to have gone when the period is over.
    static func steps(for grace: Duration, guestRuns: Bool, hasAgent: Bool) -> [PowerDownStep] {
        guard grace > .zero else { return [] }
        var steps: [PowerDownStep] = []
        if guestRuns {
            steps += (1...3).map { PowerDownStep(rung: .powerButton, until: grace * $0 / 8) }
            if hasAgent { steps.append(PowerDownStep(rung: .guestAgent, until: grace / 2)) }
            steps += (5...6).map { PowerDownStep(rung: .powerButton, until: grace * $0 / 8) }
        }
        steps.append(PowerDownStep(rung: .quit, until: grace * 7 / 8))
        steps.append(PowerDownStep(rung: .terminate, until: grace * 31 / 32))
        return steps
    }

    /// Makes one attempt and waits for what comes of it; nil when the machine has not ended by then.
    private func climb(_ rung: PowerDown.Rung, before end: ContinuousClock.Instant) async throws -> ExitCause? {
        switch rung {
        case .powerButton: return try await climb(by: "system_powerdown", before: end)
        case .guestAgent:
            return try await afterAskingGuestAgentToShutDown(before: end) { try await endedCause(before: end) }
        case .quit: return try await climb(by: "quit", before: end)
        case .terminate: signal(SIGTERM)
        case .kill: signal(SIGKILL)
        }
        return try await endedCause(before: end)
    }

    private func climb(by command: String, before end: ContinuousClock.Instant) async throws -> ExitCause? {
        do {
            _ = try await qmp.execute(command, deadline: end - .now)
        } catch {
            // Nobody heard it, unless the machine is just ending: the next attempt need not wait for this one.
            return try await endedCause(before: min(end, .now + .milliseconds(200)))
        }
        return try await endedCause(before: end)
    }

    /// Whether the guest's processors run; a QEMU that does not tell in time will not press a button either.
    private func isGuestRunning(within limit: Duration) async -> Bool {
        let reply = try? await qmp.execute("query-status", deadline: limit)
        return reply?.objectValue?["running"] == true
    }

    private func endedCause(before instant: ContinuousClock.Instant) async throws -> ExitCause? {
        let remaining = instant - .now
        guard remaining > .zero else { return nil }
        do {
            return try await withDeadline(remaining, waitingFor: "machine \(name) to end") {
                try await self.waitUntilEnded()
            }
        } catch is DeadlineExceeded {
            return nil
        }
    }
}
