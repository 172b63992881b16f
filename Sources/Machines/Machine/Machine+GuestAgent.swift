import QMPClient
import SystemPackage

extension Machine {
    /// Asks the guest's agent to shut the guest down.
    ///
    /// The agent gives no answer to this when it works, and one that is not there none at all: nothing is waited for.
    func askGuestAgentToShutDown() async {
        guard let path = socket(of: .guestAgent) else { return }
        guard let agent = try? await UnixSocket.connect(path, deadline: .now + .seconds(1)) else { return }
        // 0xFF makes the agent forget what another client may have left half said.
        try? agent.closeAfter { _ = try agent.writeAll([0xFF] + "{\"execute\":\"guest-shutdown\"}\n".utf8) }
    }
}
