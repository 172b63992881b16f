import GuestAccess
import Machines

/// Waits until a guest has come as far as its user wants.
///
/// The guest's helper tells of each step when it happens: a port that is open proves nothing, since QEMU itself
/// answers there.
struct Readiness {
    let machine: Machine
    let limit: Duration

    func wait(for wanted: ReadinessArgument) async throws {
        switch wanted {
        case .none: return
        case .agent: try await waitForAgent()
        case .ssh: try await waitForMilestone(GuestMilestone.sshListens)
        case .cloudInit: try await waitForCloudInit()
        }
    }

    private func waitForMilestone(_ name: String) async throws {
        let helper = try machine.helper()
        defer { helper.close() }
        let start = ContinuousClock.now
        _ = try await helper.hello(within: limit)
        _ = try await helper.wait(for: name, within: limit - (.now - start))
    }

    private func waitForCloudInit() async throws {
        let helper = try machine.helper()
        defer { helper.close() }
        let start = ContinuousClock.now
        _ = try await helper.hello(within: limit)
        let end = try await helper.wait(for: GuestMilestone.cloudInitEnded, within: limit - (.now - start))
        guard let status = end.cloudInit, !status.problems.isEmpty else { return }
        for problem in status.problems { StandardError.write("\(machine.name): cloud-init: \(problem)") }
        if status.state == .error {
            throw CommandFailure(
                .failed,
                "machine \(machine.name): cloud-init failed; see `quiver console --log \(machine.name)`"
            )
        }
    }

    private func waitForAgent() async throws {
        try await machine.waitForGuestAgent(within: limit)
    }
}
