import Forks
import GuestAccess
import Machines

extension Fork {
    /// The two connections to a fork's guest that a run of pytest needs.
    struct PytestAccess: Sendable {
        let helper: GuestHelper
        let channel: PluginChannel
    }

    /// Takes over the connections that were made before the guest resumed; the caller must close the channel.
    func pytestAccess() throws(TestRunError) -> PytestAccess {
        guard let helper, let socket = takeConnection(to: .pytest) else {
            throw TestRunError(.machineLost, "the frozen machine has no channel to its helper and pytest")
        }
        return PytestAccess(helper: helper, channel: PluginChannel(adopting: socket))
    }
}
