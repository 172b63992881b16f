import HostSupport
import LibC
import QAPI
import QMPClient
import QMPCore
import Quantities
import WireJSON

/// How a machine was shut down.
public struct PowerDown: Hashable, Sendable, CustomStringConvertible {
    /// The methods, gentlest first.
    public enum Rung: String, Sendable, Codable {
        /// The guest reacted to its power button.
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

        /// Whether the method asks the guest, which is useless once it has shut down.
        public var asksGuest: Bool {
            switch self {
            case .powerButton, .guestHelper, .guestAgent: true
            case .quit, .terminate, .kill: false
            }
        }
    }

    /// The last method that was tried before the machine ended.
    public let rung: Rung
    /// The time from the first attempt to the machine's end.
    public let duration: Duration
    /// Why the machine ended.
    public let cause: ExitCause

    /// Cause, time and last attempt, as in `the guest shut itself down, after 4 s (by power-button)`.
    public var description: String { "\(cause), after \(duration.shortText) (by \(rung.rawValue))" }
}

extension Machine {
    /// Shuts the machine down; forces it off if it is still running when the grace period expires.
    ///
    /// The guest gets three quarters of the period: its power button is pressed, again at each eighth of the period in
    /// case the guest was not listening, and half way its agent is asked. If the guest cannot notice the button, its
    /// helper is asked instead. Then QEMU is told to quit, and sent SIGTERM and SIGKILL. A QEMU that stays when its
    /// guest has shut down (`-no-shutdown`) is told to quit as soon as the guest has.
    ///
    /// - Parameter grace: The time limit for all of this; zero kills at once.
    /// - Returns: The method that worked, how long it took and why the machine ended.
    public func powerDown(within grace: Duration = .seconds(60)) async throws -> PowerDown {
        let start = ContinuousClock.now
        var last = PowerDown.Rung.kill
        // Subscribed before the guest is asked: it may be off at once.
        let stops = qmp.events(.named("SHUTDOWN", "STOP"))
        var isGuestOff = false
        // A paused guest notices neither its button nor its agent.
        let isRunning = grace > .zero ? await isGuestRunning(within: grace / 8) : false
        let steps = Self.steps(
            for: grace,
            guestRuns: isRunning,
            asking: description.hasPowerButton || socket(of: .helper) == nil ? .powerButton : .guestHelper,
            hasAgent: socket(of: .guestAgent) != nil,
        )
        for step in steps {
            // An attempt that waited too long for an answer has used up the time of those after it.
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

    /// One attempt, and when the next one starts, counted from the first.
    struct PowerDownStep: Hashable {
        let rung: PowerDown.Rung
        let until: Duration
    }

    /// The attempts before QEMU is killed, which happens early enough for it to be gone when the period ends.
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

    /// The result of an attempt.
    private enum Effect {
        case ended(ExitCause)
        /// The guest has shut down, and QEMU is still running.
        case guestOff
        case nothing
    }

    /// Makes one attempt and waits for its result.
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

    /// The result of a command that was not answered: none, unless the machine is just ending.
    ///
    /// The next attempt need not wait for this one.
    private func briefly(before end: ContinuousClock.Instant) async throws -> Effect {
        try Task.checkCancellation()
        return try await endedCause(before: min(end, .now + .milliseconds(200))).map(Effect.ended) ?? .nothing
    }

    /// Waits until the machine has ended, or its guest is off while QEMU is still running.
    private func effect(before end: ContinuousClock.Instant, _ stops: QMPEvents) async throws -> Effect {
        let effect: Effect? = try await race(
            { try await self.endedCause(before: end).map(Effect.ended) ?? .nothing },
            {
                var events = stops.makeAsyncIterator()
                while (try? await events.next()) != nil {
                    // A QEMU that is about to exit also reports the shutdown, and no longer answers.
                    let state = try? await self.runState()
                    if state == .shutdown || state == .guestPanicked { return .guestOff }
                }
                return nil
            },
        )
        return effect ?? .nothing
    }

    /// Whether the guest is running; a QEMU that does not answer in time will not press a button either.
    private func isGuestRunning(within limit: Duration) async -> Bool {
        (try? await qmp.execute(QueryStatus(), deadline: limit))?.running == true
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
