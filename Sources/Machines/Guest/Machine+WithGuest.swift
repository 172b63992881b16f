public import GuestAccess
import HostSupport

extension Machine {
    /// Waits until the guest is ready, and hands it out for the time of the body.
    ///
    /// ``restore(_:fixUp:resumes:within:)`` uses the same connection: the guest can be used before and after it.
    ///
    /// - Parameters:
    ///   - readiness: What to wait for.
    ///   - limit: How long the guest may take; nil is fifteen minutes, or thirty for a guest of another architecture
    ///     than the host's.
    ///   - body: Receives the guest.
    /// - Throws: ``GuestAccess/GuestAccessError`` with code `timedOut`, `helperClosed` if the machine ends first, or
    ///   `notReady` with cloud-init's own words if it failed; ``MachineError`` with code `invalidDescription` for a
    ///   machine without the helper's channel; what the body throws.
    public func withGuest<Value>(
        ready readiness: Guest.Readiness = .cloudInit,
        within limit: Duration? = nil,
        _ body: (Guest) async throws -> Value,
    ) async throws -> Value {
        let limit = limit ?? max(.seconds(900), description.architecture.usualBootLimit)
        let helper = try helper()
        defer { helper.close() }
        let end = ContinuousClock.now + limit
        _ = try await helper.hello(within: limit)
        switch readiness {
        case .helper: break
        case .ssh: _ = try await helper.wait(for: GuestMilestone.sshListens, within: end - .now)
        case .cloudInit:
            let milestone = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: end - .now)
            if let status = milestone.cloudInit, status.state == .error {
                let reasons = status.explanations.joined(separator: "; ")
                throw GuestAccessError(
                    .notReady,
                    guest: name,
                    "cloud-init failed: \(reasons.isEmpty ? "it does not say why" : reasons)",
                )
            }
        }
        sharedHelper.withLock { $0 = helper }
        defer { sharedHelper.withLock { $0 = nil } }
        return try await body(Guest(helper: helper))
    }

    /// Connects to the guest agent of the distribution, and closes the connection after the body.
    ///
    /// - Throws: ``MachineError`` with code `invalidDescription` for a machine without the agent's channel;
    ///   `QMPError` if it does not answer; what the body throws.
    public func withGuestAgent<Value>(_ body: (GuestAgent) async throws -> Value) async throws -> Value {
        guard let socket = socket(of: .guestAgent) else {
            throw error(.invalidDescription, "no channel \(GuestChannel.guestAgent.name)")
        }
        let agent = try GuestAgent.connect(to: socket, guest: name)
        defer { agent.close() }
        return try await body(agent)
    }
}
