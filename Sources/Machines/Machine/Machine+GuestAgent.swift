import HostSupport
import QMPClient
import SystemPackage
import WireJSON

extension Machine {
    /// Asks the guest's agent to shut the guest down, then runs the body, which waits for that.
    ///
    /// The agent does not answer this command if it works, and an absent agent does not answer at all.
    func afterAskingGuestAgentToShutDown<Value>(
        before end: ContinuousClock.Instant,
        _ body: () async throws -> Value,
    ) async rethrows -> Value {
        guard let path = socket(of: .guestAgent),
            let agent = try? await UnixSocket.connect(path, deadline: min(end, .now + .seconds(1)))
        else { return try await body() }
        // Kept open meanwhile: QEMU drops what it has not yet read from a client that disconnects.
        defer { try? agent.close() }
        // 0xFF makes the agent discard an incomplete message of another client.
        try? agent.sendAll([0xFF] + "{\"execute\":\"guest-shutdown\"}\n".utf8)
        return try await body()
    }
}

extension Machine {
    /// Waits until the QEMU guest agent answers.
    ///
    /// - Throws: ``MachineError``: `invalidDescription` for a machine without the agent's channel; `timedOut`.
    public func waitForGuestAgent(within limit: Duration) async throws(MachineError) {
        guard let path = socket(of: .guestAgent) else {
            throw error(.invalidDescription, "no channel \(GuestChannel.guestAgent.name)")
        }
        var options = QMPOptions()
        options.dialect = .agent
        options.connectDeadline = limit
        do {
            let agent = try await QMPConnection.connect(to: .unix(path), options: options)
            // What is sent before the agent opens its port waits in the socket: one request is enough.
            _ = try await agent.execute("guest-ping", deadline: limit)
            await agent.close()
        } catch {
            throw self.error(.timedOut, "guest agent does not answer; is it installed in the image?", cause: error)
        }
    }
}
