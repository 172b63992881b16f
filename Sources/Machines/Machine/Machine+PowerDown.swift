import HostSupport
import LibC
import QMPClient
import QMPCore
import Quantities
import WireJSON

/// How a machine was powered down.
public struct PowerDown: Hashable, Sendable, CustomStringConvertible {
    /// The rungs of the ladder, from the gentlest.
    public enum Rung: String, Sendable, Codable {
        /// The guest answered its power button.
        case powerButton = "power-button"
        /// The guest's helper shut it down, on a board whose power button the guest has no driver for.
        case guestHelper = "guest-helper"
        /// The guest's agent shut it down.
        case guestAgent = "guest-agent"
        /// QEMU was told to quit.
        case quit
        /// QEMU was sent SIGTERM.
        case terminate
        /// QEMU was sent SIGKILL.
        case kill

        /// Whether the guest itself is asked, which one that has shut down does not hear.
        public var asksGuest: Bool {
            switch self {
            case .powerButton, .guestHelper, .guestAgent: true
            case .quit, .terminate, .kill: false
            }
        }
    }

    /// The last rung that was tried before the machine ended.
    public let rung: Rung
    /// The time from the first attempt to the machine's end.
    public let duration: Duration
    /// Why the machine ended.
    public let cause: ExitCause

    /// Cause, time and last attempt, as in `the guest shut itself down, after 4 s (by power-button)`.
    public var description: String { "\(cause), after \(duration.shortText) (by \(rung.rawValue))" }
}

extension Machine {
    /// Powers the machine down: gently at first, by force before the grace period ends.
    ///
    /// The guest gets three quarters of the period: its power button is pressed, again at each eighth of the period in
    /// case it was not listening, and half way its agent is asked. Where the guest cannot notice the button, its helper is
    /// asked instead. Then QEMU is told to quit, sent SIGTERM and SIGKILL. A QEMU that stays when its guest has shut down
    /// (`-no-shutdown`) is told to quit as soon as the guest has.
    ///
    /// - Parameter grace: The time that all of this may take; zero kills at once.
    /// - Returns: The rung that worked, how long it took and why the machine ended.
    public func powerDown(within grace: Duration = .seconds(60)) async throws -> PowerDown {
        let start = ContinuousClock.now
        var last = PowerDown.Rung.kill
        // Subscribed before the guest is asked: it may be off at once.
        let stops = qmp.events(.named("SHUTDOWN", "STOP"))
        var isGuestOff = false
        // A guest whose processors stand still hears neither its button nor its agent.
        let isRunning = grace > .zero ? await isGuestRunning(within: grace / 8) : false
        let steps = Self.steps(
            for: grace,
            guestRuns: isRunning,
            asking: description.hasPowerButton || socket(of: .helper) == nil ? .powerButton : .guestHelper,
            hasAgent: socket(of: .guestAgent) != nil,
        )
        for step in steps {
            // What waited too long for an answer has used up the time of the attempts after it.
            guard start + step.until > .now, !(isGuestOff && step.rung.asksGuest) else { continue }
            last = step.rung
            switch try await climb(step.rung, before: start + step.until, stops) {
            case .ended(let cause): return PowerDown(rung: last, duration: .now - start, cause: cause)
            case .guestOff: isGuestOff = true
            case .nothing: break
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
    ///
    /// - Parameter gentlest: How the guest is asked first.
    static func steps(
        for grace: Duration,
        guestRuns: Bool,
        asking gentlest: PowerDown.Rung = .powerButton,
        hasAgent: Bool,
    ) -> [PowerDownStep] {
        guard grace > .zero else { return [] }
        var steps: [PowerDownStep] = []
        if guestRuns {
            steps += (1...3).map { PowerDownStep(rung: gentlest, until: grace * $0 / 8) }
            if hasAgent { steps.append(PowerDownStep(rung: .guestAgent, until: grace / 2)) }
            steps += (5...6).map { PowerDownStep(rung: gentlest, until: grace * $0 / 8) }
        }
        steps.append(PowerDownStep(rung: .quit, until: grace * 7 / 8))
        steps.append(PowerDownStep(rung: .terminate, until: grace * 31 / 32))
        return steps
    }

    /// What came of an attempt.
    private enum Effect {
        case ended(ExitCause)
        /// The guest has shut down, and QEMU stays.
        case guestOff
        case nothing
    }

    /// Makes one attempt and waits for what comes of it.
    private func climb(
        _ rung: PowerDown.Rung,
        before end: ContinuousClock.Instant,
        _ stops: QMPEvents,
    ) async throws -> Effect {
        switch rung {
        case .powerButton:
            guard await isHeard("system_powerdown", before: end) else { return try await briefly(before: end) }
            return try await effect(before: end, stops)
        case .guestHelper:
            return try await afterAskingGuestHelperToShutDown(before: end) { try await effect(before: end, stops) }
        case .guestAgent:
            return try await afterAskingGuestAgentToShutDown(before: end) { try await effect(before: end, stops) }
        case .quit:
            guard await isHeard("quit", before: end) else { return try await briefly(before: end) }
        case .terminate: signal(SIGTERM)
        case .kill: signal(SIGKILL)
        }
        return try await endedCause(before: end).map(Effect.ended) ?? .nothing
    }

    private func isHeard(_ command: String, before end: ContinuousClock.Instant) async -> Bool {
        (try? await qmp.execute(command, deadline: end - .now)) != nil
    }

    /// What comes of a command that nobody heard: nothing, unless the machine is just ending.
    ///
    /// The next attempt need not wait for this one.
    private func briefly(before end: ContinuousClock.Instant) async throws -> Effect {
        try Task.checkCancellation()
        return try await endedCause(before: min(end, .now + .milliseconds(200))).map(Effect.ended) ?? .nothing
    }

    /// Waits until the machine has ended, or its guest is off while QEMU stays.
    private func effect(before end: ContinuousClock.Instant, _ stops: QMPEvents) async throws -> Effect {
        let effect: Effect? = try await race(
            { try await self.endedCause(before: end).map(Effect.ended) ?? .nothing },
            {
                var events = stops.makeAsyncIterator()
                while (try? await events.next()) != nil {
                    // A QEMU that is about to end tells of the shutdown too, and no longer answers.
                    let state = try? await self.status()
                    if state == .shutdown || state == .guestPanicked { return .guestOff }
                }
                return nil
            },
        )
        return effect ?? .nothing
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
